/** Slots of a worker that may be used for what cannot be interrupted: half of them, so that the others keep taking turns. */
export interface LongSlots {
  isFull(): boolean;
  hold(work: () => Promise<void>): Promise<void>;
}

export function longSlots(concurrency: number): LongSlots {
  const most = Math.max(1, Math.floor(concurrency / 2));
  let held = 0;
  return {
    isFull: () => held >= most,
    hold: async (work) => {
      held += 1;
      try {
        await work();
      } finally {
        held -= 1;
      }
    },
  };
}
