/** Letters that Unicode does not take apart into a plain letter and a mark. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
  ħ: 'h',
};
/** `First Name [Required]`, `E-mail (optional)`, `Name *`. */
const REMARK = /\s*(?:\[[^\]]*\]|\((?:required|optional|pflichtfeld)\)|\*)\s*$/iu;

/** A name or a value as it is compared: without case, accents, blanks and punctuation. `E-Mail` and `email` are alike. */
export function bare(text: string): string {
  return text
    .replace(REMARK, '')
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .replaceAll(/[^\p{ASCII}]/gu, (letter) => LETTERS[letter] ?? letter);
}
