/** The same numbers on each call: the demo's people are the same everywhere. */
export interface Random {
  /** 0 to `count` - 1. */
  readonly below: (count: number) => number;
  readonly oneOf: <T>(list: readonly T[]) => T;
}

/** Mulberry32: small, and good enough for names. */
export function seededRandom(seed: number): Random {
  let state = seed;
  const below = (count: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * count);
  };
  return {
    below,
    oneOf: (list) => {
      const chosen = list[below(list.length)];
      if (chosen === undefined) throw new Error('There is nothing to choose from.');
      return chosen;
    },
  };
}
