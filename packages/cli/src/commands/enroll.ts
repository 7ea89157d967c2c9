import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { usage } from '../failure.ts';
import { assertAnswerable, runOperation } from '../run-operation.ts';
import { getId, getIds } from '../server/lookup.ts';
import { createOperation } from '../server/operations.ts';
import { confirmed, connect, wholeNumber, type RunOptions } from './options.ts';

interface EnrollOptions extends RunOptions {
  readonly batch: readonly string[];
  readonly student?: readonly string[];
  readonly from?: string;
  readonly new?: readonly NewUser[];
  readonly invite?: string;
  readonly accessDays?: number;
  readonly transaction?: string;
  readonly ifEnrolled?: string;
  readonly notify?: boolean;
}

interface NewUser {
  readonly email: string;
  readonly full_name: string;
}

const CHOICES = ['skip', 'error', 're-enroll'];

export function enrollCommand(program: Command, cli: Cli): void {
  const command = program
    .command('enroll')
    .description('enroll students in batches, after a preview')
    .requiredOption('--batch <batch...>', 'in these: names or ids')
    .optionsGroup('Whom (all of them together):')
    .option('--student <person...>', 'these: e-mails, user names, external ids, names or ids')
    .option('--from <batch>', 'everybody who is active in this batch: its name or id')
    .option(
      '--new <person...>',
      'people to be made: "Tess Moor <tess@school.example>", several with ; between them',
      newUsers,
    )
    .optionsGroup('How:')
    .option('--invite <id>', 'under this invite (default: the one of the batch, or a free one)')
    .option('--access-days <days>', 'how long they have access (default: as the invite says)', wholeNumber)
    .option('--transaction <id>', 'reference of a payment made elsewhere')
    .addOption(new Option('--if-enrolled <choice>', 'who was enrolled before (default: skip)').choices(CHOICES))
    .option('--notify', 'tell them by e-mail');
  confirmed(command).action((options: EnrollOptions) => enroll(cli, options));
}

async function enroll(cli: Cli, options: EnrollOptions): Promise<void> {
  const { student: students = [], new: people = [], from, ifEnrolled, transaction } = options;
  if (students.length + people.length === 0 && from === undefined)
    throw usage('Say whom: give --student, --from or --new.');
  assertAnswerable(cli, options);
  const api = connect(cli, options);
  const batchIds = await getIds(api, 'batch', options.batch);
  const made = await createOperation(api, {
    operation_type: 'enroll',
    operation_name: `Enroll in ${options.batch.join(', ')}`.slice(0, 200),
    parameters: {
      user_ids: await getIds(api, 'person', students),
      new_users: people,
      ...(from === undefined ? {} : { user_filter: { source_package_session_id: await getId(api, 'batch', from) } }),
      assignments: batchIds.map((id) => ({
        package_session_id: id,
        enroll_invite_id: options.invite ?? null,
        access_days: options.accessDays ?? null,
      })),
      options: {
        notify_learners: options.notify === true,
        ...(ifEnrolled === undefined ? {} : { duplicate_handling: ifEnrolled.toUpperCase().replace('-', '_') }),
        ...(transaction === undefined ? {} : { transaction_id: transaction }),
      },
    },
  });
  await runOperation(cli, api, made, options);
}

function newUsers(text: string, before: readonly NewUser[] = []): readonly NewUser[] {
  const people = text.split(/(?<=>)\s*[;,\n]/).filter((one) => one.trim() !== '');
  return people.reduce((made, one) => [...made, newUser(one)], before);
}

function newUser(text: string): NewUser {
  const [, name = '', email = ''] = /^\s*([^<>;]*[^<>;\s])\s*<([^<>\s]+)>\s*$/.exec(text) ?? [];
  if (email === '')
    throw new InvalidArgumentError(
      `${text.trim()}: write it as "Tess Moor <tess@school.example>", several with ; between them.`,
    );
  return { email, full_name: name };
}
