/** What a request says of a person, as the columns to be written. What is wrong with it is said by the rules of people. */
import { completeName } from '../../school/people/fields.ts';
import type { Row } from '../../school/records/rows.ts';
import type { PersonFields } from './shapes.ts';
import type { Person } from './read.ts';

/** @param present - The person to be changed; null for a new one. */
export function valuesOf(fields: Omit<PersonFields, 'password'>, present: Person | null): Row {
  const { roles = fields.role, teacher_id: teacherId } = fields;
  return {
    ...sameColumns(fields),
    ...(roles === undefined ? {} : { roles }),
    ...(teacherId === undefined ? {} : { primary_teacher_id: teacherId }),
    ...nameOf(fields, present),
  };
}

/** A part of the name that is given alone joins the part that stands. */
function nameOf(fields: Omit<PersonFields, 'password'>, present: Person | null): Row {
  const { given_name: given, family_name: family, full_name: full } = fields;
  if (given === undefined && family === undefined && full === undefined) return {};
  const keepsParts = given !== undefined || family !== undefined;
  const parts = keepsParts
    ? {
        given_name: given === undefined ? present?.given_name : given,
        family_name: family === undefined ? present?.family_name : family,
      }
    : {};
  const { given_name: first, family_name: last, display_name: whole } = completeName({ ...parts, full_name: full });
  return { given_name: first ?? '', family_name: last ?? '', display_name: whole ?? '' };
}

const SAME = ['email', 'username', 'external_id', 'status', 'unit_id', 'grade_level', 'phone', 'gender'] as const;

/** Fields that are called as their columns are, as far as they are given. */
function sameColumns(fields: Omit<PersonFields, 'password'>): Row {
  const given = SAME.map((name) => [name, fields[name]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}
