/** What an example of a kind is made of. */
import fc from 'fast-check';
import type { Operation } from '../../packages/server/src/engine/operation.ts';
import type { Actor } from '../../packages/server/src/tenancy/actor.ts';
import type { PopulatedSchool } from '../fixtures/populated-school.ts';

/** Makes a draft in the name of somebody. */
export type Draft = (school: PopulatedSchool, actor: Actor) => Promise<Operation>;

/** A draft that says in the report of a failed property what it was made from. */
export function from(input: unknown, make: Draft): Draft {
  return Object.assign(make, { [fc.toStringMethod]: () => JSON.stringify(input) });
}

export interface Example {
  /** An operation of several items that can be confirmed. */
  readonly usual: Draft;
  /** How many items of each action the usual one has. */
  readonly actions: Readonly<Record<string, number>>;
  /** Anything that somebody might ask for, faults included. */
  readonly random: fc.Arbitrary<Draft>;
}
