/** Which failures of a statement are the fault of an item's values, and what to call them. */
import type { ProblemCode } from '@muster/contract';
import pg from 'pg';
import { calledIn, type Entities } from '../../db/entity.ts';

export interface ItemFault {
  readonly item_no: number;
  readonly code: ProblemCode;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Constraint violations (class 23) and bad values (class 22). All else (lost database, full disk, deadlock) is not. */
export function isItemFault(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '');
}

export function findItemFault(entities: Entities, error: pg.DatabaseError, itemNo: number): ItemFault {
  // A sharding proxy appends the shard's number to names.
  const constraint = (error.constraint ?? '').replace(/_\d+$/, '');
  const fields = uniqueFields(error);
  const entity = entities.find(({ table }) => table === error.table);
  const called = entity === undefined ? 'record' : calledIn(entity);
  const detail = { constraint, entity: called, field: fields, fields, reason: error.message };
  const code = codeOf(error);
  // Of a key that refers, what is meant is said of the row that refers, not of the one that goes.
  return {
    item_no: itemNo,
    code: code === 'still_referenced' ? code : (entity?.refusals?.[constraint] ?? code),
    detail,
  };
}

function codeOf(error: pg.DatabaseError): ProblemCode {
  switch (error.code ?? '') {
    case '23505':
      return 'already_exists';
    case '23001':
    case '23503':
      // One SQLSTATE for both directions; only the message tells them apart.
      return error.message.startsWith('update or delete') ? 'still_referenced' : 'reference_missing';
    case '23514':
      return 'rule_violated';
    default:
      return 'apply_failed';
  }
}

/** users_email_key → email. The error's own detail is no help: row level security keeps it back. */
function uniqueFields(error: pg.DatabaseError): string {
  const [, fields = ''] = /^(.+)_key$/.exec((error.constraint ?? '').replace(`${error.table ?? ''}_`, '')) ?? [];
  return fields;
}
