/**
 * Names under which the files of schools carry the fields of a person, in English, German, Spanish, French, Portuguese,
 * Italian, Polish and Dutch. The strongest come first: where a file has an `ID` and a `Student number`, its other files refer
 * to the `ID`. Case, accents, blanks and punctuation do not matter (`E-Mail-Adresse` is `emailadresse`).
 */
import type { ContextAlias } from '../../formats/mapping/schema.ts';

const STUDENT =
  /student|pupil|learner|schuler|schueler|eleve|etudiant|alumn|estudiante|aluno|alunn|studente|uczen|uczni|leerling/;
/** Given names in languages in which the word for a name alone is the family name beside them. */
const FOREIGN_GIVEN = /^(?:vornamen?|rufname|prenoms?|imie|imiona|voorna(?:am|men)|roepnaam|primeironome|nomeproprio)$/;

export const EXTERNAL_ID_NAMES: readonly string[] = list(`
  sourced_id, sis_id, sis user id, id, user_id, person id, unique id, unique user id, school uid, external person key, orgdefinedid,
  id_number, idnumber, student_id, pupil id, learner id, student number, student no, student nr, student id number, pupil number,
  learner number, admission number, admission no, person number, employee id, employee number, staff id, staff number,
  externe id, personen-id, person-id, personennummer, personalnummer, personal-nr, schüler-id, schüler-nr, schülernummer,
  schueler-id, schueler-nr, schuelernummer, matrikelnummer, id alumno, id de alumno, id del alumno, número de alumno, nº de alumno,
  código de alumno, código del alumno, id estudiante, id de estudiante, número de estudiante, código de estudiante, matrícula,
  número de matrícula, número de expediente, id persona, número de empleado, id empleado, identifiant élève, identifiant de l'élève,
  numéro élève, numéro d'élève, n° élève, id élève, numéro étudiant, numéro d'étudiant, matricule, id personne,
  id do aluno, id aluno, número do aluno, número de aluno, nº do aluno, código do aluno, id da pessoa, id studente, id alunno,
  matricola, numero matricola, numero di matricola, codice studente, codice alunno, id ucznia, numer ucznia, nr ucznia,
  numer legitymacji, id osoby, numer albumu, nr albumu, leerlingnummer, leerling-id, leerlingnr, studentnummer, stamnummer,
  personeelsnummer, medewerkersnummer, personeels-id`);

/** The number of a teacher says whom a row means in a list of teachers; elsewhere it says who teaches them. */
const TEACHER_ID_NAMES: readonly string[] = list(`
  teacher_id, teacher number, teacher no, teacher sis id, lehrer-id, lehrernummer, lehrer-nr, id profesor, id del profesor, id docente,
  id professeur, identifiant enseignant, id do professor, id professor, id nauczyciela, docent-id, docentnummer, leraar-id`);
export const EXTERNAL_ID_OF_TEACHER: readonly ContextAlias[] = [
  { names: TEACHER_ID_NAMES, without: ['external_id', 'teacher', 'grade_level', 'roles'], notNear: STUDENT },
];
/** The id alone: a number may be the teacher's own beside their id. */
export const TEACHER_OF_STUDENT: readonly ContextAlias[] = [
  { names: TEACHER_ID_NAMES.slice(0, 1), beside: ['external_id'], near: STUDENT },
  {
    names: list('lehrer-id, id profesor, id docente, id professeur, id do professor, id nauczyciela, docent-id'),
    near: STUDENT,
  },
];

export const EMAIL_NAMES: readonly string[] = list(`
  mail, e_mail, email_address, primary email, mail address, student email, pupil email, user email, e-mail-adresse, mailadresse,
  schüler-e-mail, e-mail schüler, correo, correo electrónico, dirección de correo, dirección de correo electrónico,
  correo del alumno, courriel, adresse e-mail, adresse mail, adresse électronique, adresse courriel, mél, correio eletrónico,
  correio eletrônico, endereço de e-mail, e-mail do aluno, indirizzo e-mail, indirizzo mail, posta elettronica,
  indirizzo di posta elettronica, adres e-mail, poczta elektroniczna, e-mailadres, mailadres, e-mail leerling`);
export const EMAIL_OF_TEACHER: readonly ContextAlias[] = [
  {
    names: list('teacher email, staff email, lehrer-e-mail, correo del profesor, e-mail docent'),
    notNear: STUDENT,
    without: ['grade_level'],
  },
];

export const USERNAME_NAMES: readonly string[] = list(`
  login, login_id, user_name, login name, benutzername, benutzerkennung, anmeldename, login-name, nutzername, nombre de usuario,
  usuario, nom d'utilisateur, nom utilisateur, nome de usuário, usuário, nome de utilizador, utilizador, nome utente,
  nazwa użytkownika, użytkownik, gebruikersnaam, inlognaam`);

/** Words for a name alone: in some languages the given or the family name, where the other one stands beside it. */
const NAME_WORDS = list('name, nom, nombre, nome, naam');
export const FULL_NAME_NAMES: readonly string[] = list(`
  student name, pupil name, learner name, person name, employee name, staff name, complete name, first and last name,
  first name last name, vollständiger name, voller name, name des schülers, schülername, vor- und nachname, vorname nachname,
  vorname und nachname, vorname name, nombre completo, nombre y apellidos, nombre y apellido, nombre apellidos, nombre del alumno,
  nombre alumno, nombre del estudiante, nom complet, prénom et nom, prénom nom, nom de l'élève, nome completo, nome do aluno,
  nome aluno, nome e sobrenome, nome e apelido, nome e cognome, nome studente, nome dello studente, nome alunno,
  imię i nazwisko, imię nazwisko, volledige naam, voor- en achternaam, voornaam achternaam, naam leerling, leerlingnaam`);
export const FULL_NAME_CONTEXT: readonly ContextAlias[] = [
  { names: NAME_WORDS, without: ['given_name', 'family_name'] },
  { names: list('name'), beside: ['given_name', 'family_name'] },
  {
    names: list('teacher name, lehrername, nombre del profesor, naam docent'),
    notNear: STUDENT,
    without: ['grade_level'],
  },
];
/** With the family name first, which only a comma in the cell would show. */
export const FULL_NAME_DOUBTFUL: readonly string[] = list(`
  last name first name, surname first name, surname first, last first, family name given name, nachname vorname, name vorname,
  nachname und vorname, familienname vorname, apellidos y nombre, apellidos y nombres, apellidos nombre, apellido y nombre,
  nom et prénom, nom prénom, apelidos e nome, sobrenome e nome, cognome e nome, cognome nome, nazwisko i imię, nazwisko imię,
  achternaam voornaam, naam voornaam`);

export const GIVEN_NAME_NAMES: readonly string[] = list(`
  first_name, firstname, givenname, forename, forenames, first names, given names, christian name, name first, student first name,
  pupil first name, pupil forename, vorname, vornamen, nombre de pila, nombres, prénom, prénoms, nome próprio, primeiro nome, imię,
  imiona, pierwsze imię, voornaam, voornamen, roepnaam`);
export const GIVEN_NAME_CONTEXT: readonly ContextAlias[] = [{ names: list('nombre, nome'), beside: ['family_name'] }];

export const FAMILY_NAME_NAMES: readonly string[] = list(`
  last_name, lastname, familyname, surname, last names, surnames, name last, student last name, pupil last name, pupil surname,
  nachname, nachnamen, familienname, zuname, apellidos, apellido, nom de famille, patronyme, sobrenome, sobrenomes, apelido, apelidos,
  nome de família, cognome, cognomi, nazwisko, nazwiska, achternaam, achternamen, familienaam`);
export const FAMILY_NAME_CONTEXT: readonly ContextAlias[] = [
  { names: list('name, nom, naam, nome'), beside: ['given_name'], near: FOREIGN_GIVEN },
];

export const DISPLAY_NAME_NAMES: readonly string[] = list(`
  anzeigename, nombre para mostrar, nom affiché, nome de exibição, nome visualizzato, nazwa wyświetlana, weergavenaam`);

export const ROLE_NAMES: readonly string[] = list(`
  role, role name, user role, institution role, rolle, rollen, rol, rôle, papel, papéis, ruolo, ruoli, rola, rollen`);

export const STATUS_NAMES: readonly string[] = list('user status, account status, statut, status użytkownika');
/** Also words for a part of a country. */
export const STATUS_DOUBTFUL: readonly string[] = list('estado, stato');

export const UNIT_NAMES: readonly string[] = list(`
  unit_code, school code, school id, school sis id, school, org, school name, schule, schulcode, schulnummer, schulkürzel, schulname,
  escuela, colegio, centro, centro educativo, código de centro, código del centro, école, établissement, code établissement,
  escola, código da escola, scuola, codice scuola, istituto, szkoła, kod szkoły, schoolcode, vestiging`);

export const GRADE_NAMES: readonly string[] = list(`
  grade, grades, year, year group, year level, student grade, jahrgangsstufe, jahrgang, klassenstufe, schulstufe, stufe, klasse, grado,
  nivel, niveau, classe, ano, ano escolar, série, anno, anno di corso, klasa, leerjaar, jaargroep, klas`);
export const GRADE_DOUBTFUL: readonly string[] = list('class, curso, form');

export const TEACHER_NAMES: readonly string[] = list(`
  primary_teacher, homeroom_teacher, class teacher, form teacher, form tutor, klassenlehrer, klassenlehrerin, klassenlehrer/in,
  klassenlehrkraft, klassenleitung, profesor tutor, professeur principal, diretor de turma, coordinatore di classe, wychowawca,
  klassenleraar`);

export const PHONE_NAMES: readonly string[] = list(`
  mobile, mobile_number, phone1, phone number, mobile phone, mobile phone number, cell, cell phone, telephone, telephone number, tel,
  handy, handynummer, mobil, mobilnummer, mobiltelefon, telefon, telefonnummer, móvil, celular, teléfono móvil, teléfono,
  número de teléfono, portable, téléphone portable, téléphone, numéro de téléphone, telemóvel, telefone, número de telefone,
  cellulare, telefono cellulare, telefono, numero di telefono, telefon komórkowy, numer telefonu, nr telefonu, mobiel, mobiel nummer,
  gsm, telefoon, telefoonnummer`);

export const GENDER_NAMES: readonly string[] = list(`
  sex, geschlecht, género, sexo, genre, sexe, gênero, genere, sesso, płeć, geslacht`);

function list(names: string): string[] {
  return names.split(',').map((name) => name.trim());
}
