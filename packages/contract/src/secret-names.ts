/** Names of what nobody but its owner should know, in the languages of the schools that we know of. */

/** Secret wherever they stand in a name. */
const PARTS =
  /password|passwort|passwd|passphrase|passcode|passord|kennwort|losenord|adgangskode|kodeord|wachtwoord|motdepasse|contrasena|contrassenya|senha|palavrapasse|haslo|heslo|parola|salasana|jelszo|lozinka|sifre|geheimzahl|geheimwort|privatekey|apikey|credential|пароль|κωδικοςπροσβασης|密码|密碼|パスワード|비밀번호|secret(?!ar)|secreto|segreto/u;
/** Secret as a word of their own. */
const WORDS = new Set(['pwd', 'pswd', 'psw', 'mdp', 'pin', 'token', 'otp', 'totp', 'parol', 'парола']);
/** Secret where nothing but these stands beside them: a bus pass is none. */
const SHORT = new Set(['pass', 'pw', 'kw']);
const BESIDE = new Set(
  'user login account initial temp temporary new old default student teacher email mail web portal wifi hash hashed md5 sha ssha sha1 sha256 crypt bcrypt required optional confirm confirmation repeat reset encrypted plain text code 1 2'.split(
    ' ',
  ),
);

export function isSecretName(name: string): boolean {
  const words = wordsOf(name);
  if (PARTS.test(words.join('')) || words.some((word) => WORDS.has(word))) return true;
  return words.some((word) => SHORT.has(word)) && words.every((word) => SHORT.has(word) || BESIDE.has(word));
}

/** In small letters without marks: "Contraseña" → contrasena, "userPwd" → user, pwd. */
function wordsOf(name: string): string[] {
  return name
    .normalize('NFKD')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ł', 'l')
    .replaceAll('ı', 'i')
    .replaceAll('ø', 'o')
    .normalize('NFC')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
