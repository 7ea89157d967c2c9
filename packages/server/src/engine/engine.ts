/** What the engine works with, handed over once by main.ts. The engine names no kind and no table of a school. */
import type { Role } from '@muster/contract';
import { Problem } from '@muster/contract';
import type { RawBuilder } from 'kysely';
import type { Database, OrgTransaction } from '../db/database.ts';
import { refusalOf, type Actor } from '../tenancy/actor.ts';
import type { Entities } from '../db/entity.ts';
import type { Kind } from './kind.ts';

export interface Engine {
  readonly database: Database;
  readonly entities: Entities;
  readonly kinds: readonly Kind[];
  readonly authority: Authority;
  readonly now: () => Date;
}

/** What only the school knows about rights. */
export interface Authority {
  /** A select of the ids of all subjects that the actor may change now; null where that is everybody. */
  scopeOf(actor: Actor): RawBuilder<{ id: string }> | null;
  /**
   * Condition on changes `c`: what the actor may not write, whatever the kind; null where they may write everything. Reads
   * `item_no`, `entity`, `entity_id`, `action`, `before`, `after` (of updates: the changed columns alone), `org_id`.
   * @param entities - Of which alone the changes are; left out for any.
   */
  outOfReach(actor: Actor, entities?: readonly string[]): RawBuilder<unknown> | null;
  /** @throws Problem `plan_required` where the organization's plan keeps the actor from some of those meant. */
  assertPlanAllows(tx: OrgTransaction, actor: Actor, meant: (as: Actor) => RawBuilder<{ id: string }>): Promise<void>;
}

/** @throws Problem `unknown_kind`, naming the kinds there are. */
export function getKind(engine: Engine, name: string): Kind {
  const found = engine.kinds.find((kind) => kind.name === name || kind.aliases?.includes(name) === true);
  if (found !== undefined) return found;
  throw unknownKind(engine, name);
}

/** The kind that a caller names. @throws Problem `unknown_kind`, also for what the engine alone starts. */
export function getStartable(engine: Engine, name: string): Kind {
  const kind = getKind(engine, name);
  if (kind.isInternal === true) throw unknownKind(engine, name);
  return kind;
}

function unknownKind(engine: Engine, name: string): Problem {
  const offered = engine.kinds.filter((kind) => kind.isInternal !== true);
  const known = offered.map((kind) => kind.name).join(', ');
  return new Problem('unknown_kind', { field: 'operation_type', kind: name, known });
}

export function mayStart(kind: Kind, actor: Pick<Actor, 'roles'>): boolean {
  return kind.roles.some((role: Role) => actor.roles.includes(role));
}

/** @throws Problem `forbidden` or `plan_required` when no role of the actor may start this kind. */
export function assertMayStart(kind: Kind, actor: Actor): void {
  if (!mayStart(kind, actor)) throw refusalOf(actor);
}

/** Who asks. */
export interface Asker {
  readonly engine: Engine;
  readonly actor: Actor;
}

/** Who asks, and the transaction of their organization in which it is done. */
export interface Asked extends Asker {
  readonly tx: OrgTransaction;
}
