/** The roster and the homeroom teachers of a classroom. */
import { Option, type Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { usage } from '../../failure.ts';
import { assertAnswerable, runOperation } from '../../run-operation.ts';
import { getId, getIds } from '../../server/lookup.ts';
import { createOperation } from '../../server/operations.ts';
import { confirmed, connect, type RunOptions } from '../options.ts';

interface PeopleOptions extends RunOptions {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly set?: readonly string[];
}

const MODES = ['add', 'remove', 'set'] as const;

export function rosterCommand(classrooms: Command, cli: Cli): void {
  const command = classrooms
    .command('roster')
    .description('change the students of a classroom, after a preview; its batches stay');
  peopleCommand(command, cli, { kind: 'roster_set', field: 'student_ids', words: 'roster' });
}

export function facultyCommand(classrooms: Command, cli: Cli): void {
  const command = classrooms
    .command('faculty')
    .description('change the homeroom teachers of a classroom, after a preview; its batches stay');
  peopleCommand(command, cli, { kind: 'faculty_set', field: 'teacher_ids', words: 'faculty' });
}

interface List {
  readonly kind: string;
  readonly field: string;
  readonly words: string;
}

function peopleCommand(command: Command, cli: Cli, list: List): void {
  const named = 'e-mails, user names, external ids or ids';
  const chosen = command
    .argument('<classroom>', 'its name or id')
    .addOption(new Option('--add <person...>', `these as well: ${named}`).conflicts(['remove', 'set']))
    .addOption(new Option('--remove <person...>', 'without these').conflicts(['add', 'set']))
    .addOption(new Option('--set <person...>', 'exactly these').conflicts(['add', 'remove']));
  confirmed(chosen).action((called: string, options: PeopleOptions) => change(cli, list, called, options));
}

async function change(cli: Cli, { kind, field, words }: List, called: string, options: PeopleOptions): Promise<void> {
  const mode = MODES.find((one) => options[one] !== undefined);
  if (mode === undefined) throw usage('Say who: --add, --remove or --set.');
  assertAnswerable(cli, options);
  const api = connect(cli, options);
  const made = await createOperation(api, {
    operation_type: kind,
    operation_name: `Change the ${words} of ${called}`.slice(0, 200),
    parameters: {
      classroom_id: await getId(api, 'class', called),
      [field]: await getIds(api, 'person', options[mode] ?? []),
      mode,
    },
  });
  await runOperation(cli, api, made, options);
}
