/** Files of invented people, the same for the same number of rows. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const GIVEN = [
  'Ana',
  'José',
  'Li',
  'Olena',
  'Søren',
  'Fatima',
  'Nguyễn',
  'Zoë',
  'Björn',
  'Amélie',
  'Juan',
  'Mary-Jane',
  'Łukasz',
  'Chloé',
  'Ivan',
  'Yusuf',
];
const FAMILY = [
  'Ruiz',
  'García',
  'Wen',
  'Kovalenko',
  'Jensen',
  'El Amrani',
  'Thị Hoa',
  'O’Neil',
  'Ångström',
  'Dubois',
  'de la Cruz',
  'Smith',
  'Wójcik',
  'Martin',
  'Petrov',
  'Öztürk',
];
const BLOCK_ROWS = 1_000;

export const UNITS = 5;
const TEACHERS_EVERY = 200;

/** Writes a CSV of about 105 bytes a row: students in units and grades, each with a teacher of the same file. */
export async function writePeople(file: string, rows: number): Promise<void> {
  await pipeline(Readable.from(blocks(rows)), createWriteStream(file));
}

function* blocks(rows: number): Generator<string> {
  const random = randomNumbers(20_260_901);
  yield 'external_id,email,username,given_name,family_name,role,grade_level,unit,teacher,phone\n';
  for (let first = 1; first <= rows; first += BLOCK_ROWS) {
    const last = Math.min(rows, first + BLOCK_ROWS - 1);
    yield Array.from({ length: last - first + 1 }, (_, at) => line(first + at, random)).join('');
  }
}

function line(no: number, random: (below: number) => number): string {
  const isTeacher = no % TEACHERS_EVERY === 1;
  const teacher = no - ((no - 1) % TEACHERS_EVERY);
  return `${[
    `P${String(no).padStart(7, '0')}`,
    `person${no}@school.example`,
    `person${no}`,
    GIVEN[random(GIVEN.length)],
    FAMILY[random(FAMILY.length)],
    isTeacher ? 'teacher' : 'student',
    isTeacher ? '' : 1 + random(12),
    `U${1 + random(UNITS)}`,
    isTeacher ? '' : `P${String(teacher).padStart(7, '0')}`,
    `+3361234${String(random(10_000)).padStart(4, '0')}`,
  ].join(',')}\n`;
}

/** Xorshift: whole numbers from 0 to `below - 1`. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
