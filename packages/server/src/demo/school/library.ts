/** The sequence library: eight sequences of twelve steps, each step with a game. */
export interface DemoSequence {
  readonly title: string;
  readonly library: 'LIFE' | 'SOLF' | 'EVAL' | 'METHOD';
}

export const GAMES = [
  'Breathing bubbles',
  'Memory lanes',
  'Echo choir',
  'Feelings dice',
  'Rhythm relay',
  'Word bridge',
  'Quiet island',
  'Interval leap',
  'Trust walk',
  'Note hunt',
  'Mirror pairs',
  'Question ladder',
] as const;

export const SEQUENCES: readonly DemoSequence[] = [
  { title: 'Friendship and conflict', library: 'LIFE' },
  { title: 'Getting to know myself', library: 'LIFE' },
  { title: 'Singing at sight', library: 'SOLF' },
  { title: 'Rhythm and pulse', library: 'SOLF' },
  { title: 'Start of year survey', library: 'EVAL' },
  { title: 'Reading comprehension check', library: 'EVAL' },
  { title: 'Learning to learn', library: 'METHOD' },
  { title: 'Writing an argument', library: 'METHOD' },
];

/** The sequence that the demo gives to a grade. */
export const ASSIGNED_TITLE = 'Friendship and conflict';
