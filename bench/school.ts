/** An organization to measure in, with an administrator who is signed in. */
import { createOrg } from '../packages/server/src/main.ts';
import { newId } from '../packages/server/src/db/ids.ts';
import { signIn, type Client } from './client.ts';
import { UNITS } from './people.ts';
import type { Bench } from './processes.ts';

export interface School {
  readonly orgId: string;
  readonly email: string;
  readonly password: string;
}

export async function aSchool(bench: Bench): Promise<School> {
  const email = `${newId()}@school.example`;
  const password = 'measured-by-many';
  const { org_id: orgId } = await createOrg({
    databaseUrl: bench.ownerUrl,
    name: 'Bench',
    adminEmail: email,
    adminPassword: password,
  });
  for (let no = 1; no <= UNITS; no++) {
    await bench.owner.query('insert into units (org_id, id, name, code) values ($1, $2, $3, $4)', [
      orgId,
      newId(),
      `Unit ${no}`,
      `U${no}`,
    ]);
  }
  return { orgId, email, password };
}

export async function signInTo(address: string, school: School): Promise<Client> {
  return signIn(address, school.email, school.password);
}

/** Students written straight into the table. @returns their ids. */
export async function addStudents(bench: Bench, { orgId }: School, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  await bench.owner.query(
    `insert into users (org_id, id, username, given_name, family_name, display_name, grade_level)
     select $1, id, 'student' || n, 'Student', n::text, 'Student ' || n, '7' from unnest($2::uuid[]) with ordinality s(id, n)`,
    [orgId, ids],
  );
  return ids;
}

/** Batches of one course, each with its seats. @returns their ids. */
export async function addBatches(
  bench: Bench,
  { orgId }: School,
  { count, capacity }: { count: number; capacity: number },
): Promise<string[]> {
  const [course, ids] = [newId(), Array.from({ length: count }, () => newId())];
  await bench.owner.query("insert into courses (org_id, id, title) values ($1, $2, 'Mathematics')", [orgId, course]);
  await bench.owner.query(
    `insert into batches (org_id, id, name, course_id, capacity, status)
     select $1, id, 'Batch ' || n, $3, $4, 'active' from unnest($2::uuid[]) with ordinality b(id, n)`,
    [orgId, ids, course, capacity],
  );
  return ids;
}

/** A published sequence. @returns its id. */
export async function addSequence(bench: Bench, { orgId }: School, steps: number): Promise<string> {
  const id = newId();
  await bench.owner.query("insert into sequences (org_id, id, title, library) values ($1, $2, 'Fractions', 'LIFE')", [
    orgId,
    id,
  ]);
  await bench.owner.query(
    `insert into sequence_steps (org_id, id, sequence_id, sequence_version, step_no, title)
     select $1, gen_random_uuid(), $2, 1, n, 'Step ' || n from generate_series(1, $3::int) n`,
    [orgId, id, steps],
  );
  return id;
}
