import { Option, type Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { usage } from '../../failure.ts';
import { assertAnswerable, runOperation } from '../../run-operation.ts';
import { getId } from '../../server/lookup.ts';
import { createOperation } from '../../server/operations.ts';
import { confirmed, connect, wholeNumber, type RunOptions } from '../options.ts';
import { forceOf, withForce, type ForceOptions } from './force.ts';

interface CreateOptions extends RunOptions, ForceOptions {
  readonly course: string;
  readonly name: string;
  readonly code?: string;
  readonly start: string;
  readonly end: string;
  readonly capacity: number;
  readonly teacher: string;
  readonly status?: string;
  readonly notes?: string;
  readonly slot?: readonly string[];
}

export function createBatchCommand(batches: Command, cli: Cli): void {
  const command = batches
    .command('create')
    .description('make a batch of a course, after a preview')
    .requiredOption('--course <course>', 'its title or id')
    .requiredOption('--name <name>', 'what the batch is called')
    .option('--code <code>', 'a code of its own; one is made where it is left out')
    .requiredOption('--start <date>', 'first day, such as 2027-01-15')
    .requiredOption('--end <date>', 'last day')
    .requiredOption('--capacity <number>', 'seats', wholeNumber)
    .requiredOption('--teacher <person>', 'who leads it: e-mail, user name, external id or id')
    .addOption(
      new Option('--status <status>', 'default: Upcoming').choices(['Active', 'Upcoming', 'Completed', 'Cancelled']),
    )
    .option('--notes <text>', 'for admins and its teachers')
    .option('--slot <slot...>', 'classes of the week, such as "Monday 18:00-20:00"');
  confirmed(withForce(command)).action((options: CreateOptions) => create(cli, options));
}

async function create(cli: Cli, options: CreateOptions): Promise<void> {
  assertAnswerable(cli, options);
  const schedule = (options.slot ?? []).map(slotOf);
  const api = connect(cli, options);
  const { name, code, start, end, capacity, status, notes } = options;
  const batch = {
    course_id: await getId(api, 'course', options.course),
    batch_name: name,
    start_date: start,
    end_date: end,
    capacity,
    assigned_instructor: await getId(api, 'person', options.teacher),
    schedule,
    ...forceOf(options),
    ...(code === undefined ? {} : { batch_code: code }),
    ...(status === undefined ? {} : { status }),
    ...(notes === undefined ? {} : { batch_notes: notes }),
  };
  const made = await createOperation(api, {
    operation_type: 'batch_create',
    operation_name: `Create ${name}`.slice(0, 200),
    parameters: { batches: [batch] },
  });
  await runOperation(cli, api, made, options);
}

function slotOf(text: string): Record<string, string> {
  const [, day = '', start = '', end = ''] = /^(\w+) +([\d:]+) *- *([\d:]+)$/.exec(text.trim()) ?? [];
  if (day === '') throw usage(`"${text}" is no class of the week; write it as "Monday 18:00-20:00".`);
  return { day, start_time: start, end_time: end };
}
