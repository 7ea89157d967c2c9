import { describe, expect, it } from 'vitest';
import { bare } from '../../formats/mapping/bare.ts';
import { matchColumns } from '../../formats/mapping/match-columns.ts';
import { conversionOf } from '../../formats/mapping/convert.ts';
import { USER_FIELDS } from './fields.ts';

/** `Vorname → given_name, Notiz → -, Klassenn → grade_level?`: what each column is read as; `?` is only said. */
function read(header: string): Record<string, string> {
  const matches = matchColumns(header.split(/[;,]/), USER_FIELDS);
  return Object.fromEntries(
    matches.map(({ header: name, field, maybe }) => [name, field ?? (maybe === undefined ? '-' : `${maybe}?`)]),
  );
}

/** Columns that are read, without those that are not. */
const taken = (header: string) =>
  Object.fromEntries(Object.entries(read(header)).filter(([, field]) => field !== '-' && !field.endsWith('?')));

describe('columns that were read wrongly by likeness', () => {
  it('the number of a teacher in a list of teachers is not who teaches them', () => {
    expect(taken('SIS ID,School SIS ID,First Name,Last Name,Username,Teacher Number')).toEqual({
      'SIS ID': 'external_id',
      'School SIS ID': 'unit',
      'First Name': 'given_name',
      'Last Name': 'family_name',
      Username: 'username',
    });
    expect(read('teacher_id,first_name,last_name,email')).toMatchObject({ teacher_id: 'external_id' });
    expect(read('Student ID,First Name,Last Name,teacher_id')).toMatchObject({
      'Student ID': 'external_id',
      teacher_id: 'teacher',
    });
    expect(read('email,first_name,last_name,grade,teacher_id')).toMatchObject({ teacher_id: 'external_id?' });
    expect(read('Teacher Name,Teacher ID,Teacher Email')).toEqual({
      'Teacher Name': 'full_name',
      'Teacher ID': 'external_id',
      'Teacher Email': 'email',
    });
    expect(taken('Student Name,Student ID,Teacher Name,Teacher Email')).toEqual({
      'Student Name': 'full_name',
      'Student ID': 'external_id',
    });
  });

  it('of two numbers of a person the one that other files refer to is taken, and the other said', () => {
    expect(read('ID,First Name,Last Name,Username,Student Number')).toMatchObject({
      ID: 'external_id',
      'Student Number': 'external_id?',
    });
    expect(taken('Student_Web_ID,Student_Number,Home_Room,Last_Name')).toEqual({
      Student_Number: 'external_id',
      Last_Name: 'family_name',
    });
  });

  it.each([
    ['student.grade,student.lastName', ['student.grade', 'student.lastName']],
    ['Home_Room,Homeroom', []],
    ['Home Email,Parent Email,Work Email', []],
    ['Nickname', []],
    ['grad_year,schoolYear,code,primary', []],
    ['Department', []],
    ['School Email', []],
    ['Room Name,Class Name,Team Name', []],
    ['orgSourcedId,userSourcedId,parentSourcedId', []],
    ['Status Reason,Email Type,Version Number,User,Student Phone,Student Email Type', []],
    ['Surname, First', ['Surname']],
    ['Phone Type,Phone Number', ['Phone Number']],
    ['school_uid,role_name', ['school_uid', 'role_name']],
    ['Student Name', ['Student Name']],
    ['Last Name, First Name', ['Last Name', ' First Name']],
  ])('of %s only %j', (header, names) => {
    expect(Object.keys(taken(header))).toEqual(names);
  });

  it('Schoology names the person school_uid and the role role_name; a student name is no id', () => {
    expect(read('school_uid,role_name')).toEqual({ school_uid: 'external_id', role_name: 'roles' });
    expect(read('Student Name,First Name,Last Name,Email')).toEqual({
      'Student Name': 'full_name',
      'First Name': 'given_name',
      'Last Name': 'family_name',
      Email: 'email',
    });
  });
});

describe('names of eight languages', () => {
  it.each([
    ['Schüler-Nr;Nachname;Vorname;E-Mail-Adresse;Rolle;Klasse;Schule;Geschlecht;Telefon', 9],
    ['Name;Vorname;E-Mail', 3],
    ['N° élève;Nom;Prénom;Courriel;Classe;Établissement;Téléphone;Sexe;Rôle', 9],
    ['Número de alumno;Nombre;Apellidos;Correo electrónico;Grado;Escuela;Teléfono', 7],
    ['Número do aluno;Nome;Sobrenome;Endereço de e-mail;Série;Escola;Papel', 7],
    ['Matricola;Cognome;Nome;Indirizzo e-mail;Classe;Scuola;Ruolo;Cellulare', 8],
    ['ID ucznia;Imię;Nazwisko;Adres e-mail;Klasa;Szkoła;Płeć', 7],
    ['Leerlingnummer;Voornaam;Achternaam;E-mailadres;Klas;School;Geslacht;Telefoonnummer', 8],
    ['Forename;Surname;Year Group;Admission Number;UPN', 4],
    ['First Name [Required],Last Name [Required],Email Address [Required],Employee ID,Mobile Phone', 5],
  ])('%s', (header, count) => {
    expect(Object.keys(taken(header))).toHaveLength(count);
  });

  it('a word for a name alone means what is left beside the others', () => {
    expect(read('Nom;Prénom')).toEqual({ Nom: 'family_name', Prénom: 'given_name' });
    expect(read('Nombre;Apellidos')).toEqual({ Nombre: 'given_name', Apellidos: 'family_name' });
    expect(read('Nome;Cognome')).toEqual({ Nome: 'given_name', Cognome: 'family_name' });
    expect(read('Name;E-Mail')).toEqual({ Name: 'full_name', 'E-Mail': 'email' });
    expect(read('Name;Vorname')).toEqual({ Name: 'family_name', Vorname: 'given_name' });
    expect(read('Name;First name')).toEqual({ Name: 'full_name?', 'First name': 'given_name' });
    expect(read('Apellidos y nombre')).toEqual({ 'Apellidos y nombre': 'full_name?' });
  });

  it('no name belongs to two fields', () => {
    const all = USER_FIELDS.flatMap(({ name, title, aliases = [] }) => {
      const keys = new Set([name, title, ...aliases].map(bare));
      return [...keys].map((key) => [key, name] as const);
    });
    const first = new Map<string, string>();
    const twice = all.filter(([key, name]) => {
      const other = first.get(key);
      first.set(key, other ?? name);
      return other !== undefined && other !== name;
    });
    expect(twice).toEqual([]);
  });

  it('values too', () => {
    const roles = conversionOf(USER_FIELDS.find(({ name }) => name === 'roles') ?? { type: 'list' });
    expect(
      ['Schüler', 'Schülerin', 'élève', 'Alumno', 'uczeń', 'leerling', 'aluno', 'studente', 'Student'].map(roles),
    ).toEqual(Array.from({ length: 9 }, () => ['student']));
    expect(['Lehrer', 'Lehrkraft', 'Enseignante', 'profesor', 'nauczyciel', 'docent', 'Professora'].map(roles)).toEqual(
      Array.from({ length: 7 }, () => ['teacher']),
    );
    const flag = conversionOf({ type: 'boolean' });
    expect(['ja', 'Oui', 'sí', 'tak', 'não', 'nie', 'nein'].map(flag)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

it('what is only like a name is said and not read, and never what says who a row means', () => {
  expect(read('Telefonnumer;emial;Klassen')).toEqual({
    Telefonnumer: 'phone?',
    emial: 'email?',
    Klassen: 'grade_level?',
  });
  expect(matchColumns(['emial'], USER_FIELDS)).toEqual([
    { header: 'emial', field: null, maybe: 'email', doubt: 'misspelled' },
  ]);
  expect(matchColumns(['Stundent number', 'Schoool'], USER_FIELDS).every(({ field }) => field === null)).toBe(true);
});

it('a name as long as a sentence is compared with nothing', () => {
  expect(matchColumns([`Telefonnumer ${'x'.repeat(400_000)}`], USER_FIELDS)).toMatchObject([{ field: null }]);
});
