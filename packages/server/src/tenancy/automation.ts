import type { OrgTransaction } from '../db/database.ts';
import { findActor, type Actor } from './actor.ts';

/** Whom the calendar works as. The account is made by migration 0007 and nobody can sign in with it. */
const AUTOMATION_ACCOUNT_ID = '00000000-0000-7000-8000-000000000001';

/** Who does what no person asked for, in the organization of the transaction. */
export async function automation(tx: OrgTransaction): Promise<Actor> {
  const actor = await findActor(tx, AUTOMATION_ACCOUNT_ID);
  if (actor === null) throw new Error('The account of the calendar is missing.');
  return { ...actor, name: 'The calendar' };
}
