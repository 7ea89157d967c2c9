import { GAMES, SEQUENCES } from '../school/library.ts';
import { ensureRecords } from './records.ts';
import { counted, labelled, type Stage } from './step.ts';

/** Units for the three schools, games, and sequences of twelve steps with a game each. */
export async function setUpContent({ api, school, say }: Stage): Promise<void> {
  const units = await ensureRecords(
    api,
    '/api/units',
    new Map(school.schools.map(({ code, name }) => [name, { code, name }])),
  );
  const games = await ensureRecords(api, '/api/games', new Map(GAMES.map((title) => [title, { title }])));
  const steps = GAMES.map((game, at) => ({ title: `Step ${String(at + 1)}: ${game}`, game_id: games.ids.get(game) }));
  const sequences = await ensureRecords(
    api,
    '/api/sequences',
    new Map(SEQUENCES.map((sequence) => [sequence.title, { ...sequence, steps, status: 'published' }])),
  );
  const made = units.made + games.made + sequences.made;
  say(labelled('Schools', school.schools.map(({ name, code }) => `${name} (${code})`).join(', ')));
  say(
    labelled(
      'Library',
      `${counted(sequences.ids.size, 'sequence')} of ${steps.length} steps (LIFE, SOLF, EVAL, METHOD), ${counted(games.ids.size, 'game')}`,
    ),
  );
  if (made === 0) say(labelled('Made', 'nothing: all of it was there'));
}
