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
  /** Anything that somebody might ask for, faults included; most of it changes something. */
  readonly random: fc.Arbitrary<Draft>;
  /** All that can be asked for, where that is little. */
  readonly few?: readonly Draft[];
}

/** Of an example that has few inputs. */
export function each(few: readonly Draft[]): Pick<Example, 'few' | 'random'> {
  return { few, random: fc.constantFrom(...few) };
}

/** Rather what makes sense than anything, three to one. */
export function rather<A, B>(sensible: fc.Arbitrary<A>, any: fc.Arbitrary<B>): fc.Arbitrary<A | B> {
  return fc.oneof({ weight: 3, arbitrary: sensible }, { weight: 1, arbitrary: any });
}
