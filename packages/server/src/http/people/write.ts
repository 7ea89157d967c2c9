/** What a request says of a person, as the columns to be written. What is wrong with it is said by the rules of people. */
import type { OrgTransaction } from '../../db/database.ts';
import type { Asked } from '../../engine/index.ts';
import { findNames } from '../../school/people/names.ts';
import type { Row } from '../../school/records/rows.ts';
import type { PersonFields } from './shapes.ts';
import type { Person } from './read.ts';

/** @param present - The person to be changed; null for a new one. */
export async function valuesOf(
  { tx }: Asked,
  fields: Omit<PersonFields, 'password'>,
  present: Person | null,
): Promise<Row> {
  const { roles = fields.role, teacher_id: teacherId } = fields;
  return {
    ...sameColumns(fields),
    ...(roles === undefined ? {} : { roles }),
    ...(teacherId === undefined ? {} : { primary_teacher_id: teacherId }),
    ...(await nameOf(tx, fields, present)),
  };
}

/** As far as a name is given: the names that the person will have, by the rule that holds for files. */
async function nameOf(
  tx: OrgTransaction,
  { given_name, family_name, full_name }: Omit<PersonFields, 'password'>,
  present: Person | null,
): Promise<Row> {
  const said = Object.entries({ given_name, family_name, full_name }).filter(([, value]) => value !== undefined);
  if (said.length === 0) return {};
  const texts = Object.fromEntries(said.map(([name, value]) => [name, value ?? '']));
  return { ...(await findNames(tx, texts, present?.id ?? null)) };
}

const SAME = ['email', 'username', 'external_id', 'status', 'unit_id', 'grade_level', 'phone', 'gender'] as const;

/** Fields that are called as their columns are, as far as they are given. */
function sameColumns(fields: Omit<PersonFields, 'password'>): Row {
  const given = SAME.map((name) => [name, fields[name]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}
