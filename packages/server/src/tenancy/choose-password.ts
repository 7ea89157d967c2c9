/** What a password that somebody chooses must not be: one of those that are guessed first, or who chooses it. */
import { dictionary } from '@zxcvbn-ts/language-common';
import { invalidField } from '@muster/contract';
import { sql } from 'kysely';
import { inOrg, rows, type Database, type OrgTransaction } from '../db/database.ts';
import { hashPassword } from './passwords.ts';

/** Of a name, a part as short as this stands in many passwords by chance. */
const TELLING_CHARS_MIN = 4;
/** What must be left of a password without a name that stands in it. */
const OWN_CHARS_MIN = 4;

const COMMON: ReadonlySet<string> = new Set(dictionary['passwords-common'].map(bare));

/**
 * @returns the hash of a password that is good enough for the person.
 * @throws Problem `validation_failed` for `password`.
 */
export async function choosePassword(
  database: Database,
  { orgId, userId }: { readonly orgId: string; readonly userId: string },
  password: string,
): Promise<string> {
  await inOrg(database, orgId, (tx) => assertGoodPassword(tx, userId, password));
  return hashPassword(password, orgId);
}

/** @throws Problem `validation_failed` for `password`. */
export async function assertGoodPassword(tx: OrgTransaction, userId: string, password: string): Promise<void> {
  assertUncommon(password, await wordsAbout(tx, userId));
}

/**
 * @param about - Names and addresses of whose password it is to be.
 * @throws Problem `validation_failed` for `password`.
 */
export function assertUncommon(password: string, about: readonly (string | null | undefined)[]): void {
  const chosen = bare(password);
  if (COMMON.has(chosen) || new Set(chosen).size < OWN_CHARS_MIN)
    throw invalidField('password', 'it is one of those that are guessed first; choose another');
  for (const word of about.map((one) => bare(one ?? ''))) {
    if (word.length < TELLING_CHARS_MIN || !chosen.includes(word)) continue;
    if (chosen.replaceAll(word, '').length < OWN_CHARS_MIN)
      throw invalidField('password', 'it is little more than your own name, your e-mail or that of the organization');
  }
}

/** Case, blanks and marks make no password harder to guess. */
function bare(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

async function wordsAbout(tx: OrgTransaction, userId: string): Promise<string[]> {
  const [found] = await rows(
    tx,
    sql<{ words: string[] }>`
    select array_remove(array[u.email, split_part(u.email, '@', 1), u.username, u.display_name, u.given_name, u.family_name,
      u.external_id, o.name], null) as words
    from users u join orgs o on o.id = u.org_id where u.org_id = ${tx.orgId} and u.id = ${userId}`,
  );
  return found?.words ?? [];
}
