/** What the engine works with, handed over once by main.ts. The engine names no kind and no table of a school. */
import type { Role } from '@muster/contract';
import { Problem } from '@muster/contract';
import type { RawBuilder } from 'kysely';
import type { Database, OrgTransaction } from '../db/database.ts';
import type { Actor } from '../tenancy/actor.ts';
import type { Entities } from '../db/entity.ts';
import type { Kind } from './kind.ts';
import { undoKind } from './undo/undo.ts';

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
}

export function createEngine(
  parts: Omit<Engine, 'now' | 'kinds'> & { kinds: readonly Kind[]; now?: () => Date },
): Engine {
  const kinds = [...parts.kinds, undoKind(parts.entities)];
  const names = kinds.flatMap((kind) => [kind.name, ...(kind.aliases ?? [])]);
  const doubled = names.find((name, at) => names.indexOf(name) !== at);
  if (doubled !== undefined) throw new Error(`Two kinds are called ${doubled}.`);
  return { now: () => new Date(), ...parts, kinds };
}

/** @throws Problem `unknown_kind`, naming the kinds there are. */
export function getKind(engine: Engine, name: string): Kind {
  const found = engine.kinds.find((kind) => kind.name === name || kind.aliases?.includes(name) === true);
  if (found !== undefined) return found;
  const known = engine.kinds.map((kind) => kind.name).join(', ');
  const detail = { field: 'operation_type', kind: name, known };
  throw new Problem('unknown_kind', detail);
}

/** @throws Problem `forbidden` when no role of the actor may start this kind. */
export function assertMayStart(kind: Kind, actor: Actor): void {
  if (!kind.roles.some((role: Role) => actor.roles.includes(role))) throw new Problem('forbidden');
}

/** Who asks, and the transaction of their organization in which it is done. */
export interface Asked {
  readonly tx: OrgTransaction;
  readonly engine: Engine;
  readonly actor: Actor;
}
