import { Option, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { assertAnswerable, runOperation } from '../run-operation.ts';
import { getId } from '../server/lookup.ts';
import { createOperation } from '../server/operations.ts';
import { confirmed, connect, type RunOptions } from './options.ts';
import { targetOf, withTargets, type TargetOptions } from './targets.ts';

interface AssignOptions extends RunOptions, TargetOptions {
  readonly sequence: readonly string[];
  readonly student?: readonly string[];
  readonly start?: string;
  readonly due?: string;
  readonly policy?: string;
  readonly name?: string;
}

const POLICIES = ['skip', 'merge', 'create_new', 'override'];

export function assignCommand(program: Command, cli: Cli): void {
  const command = program
    .command('assign')
    .description('give sequences to students, after a preview')
    .requiredOption('--sequence <sequence...>', 'what to give: titles or ids')
    .option('--start <date>', 'first day, such as 2026-09-01, or a time with its zone')
    .option('--due <date>', 'last day, or a time with its zone')
    .addOption(
      new Option('--policy <policy>', 'for students who have the sequence already (default: skip)').choices(POLICIES),
    )
    .option('--name <name>', 'what the operation is called');
  confirmed(withTargets(command, '--student')).action((options: AssignOptions) => assign(cli, options));
}

async function assign(cli: Cli, options: AssignOptions): Promise<void> {
  assertAnswerable(cli, options);
  const api = connect(cli, options);
  const sequenceIds: string[] = [];
  for (const sequence of options.sequence) sequenceIds.push(await getId(api, 'sequence', sequence));
  const { start, due, policy, overrideReason } = options;
  const made = await createOperation(api, {
    operation_type: 'assign_sequence',
    operation_name: options.name ?? `Assign ${options.sequence.join(', ')}`.slice(0, 200),
    parameters: {
      target: await targetOf(api, options.student ?? [], options),
      content_payload: { sequence_ids: sequenceIds },
      scheduling: {
        ...(start === undefined ? {} : { start_date: start }),
        ...(due === undefined ? {} : { due_date: due }),
      },
      ...(policy === undefined ? {} : { conflict_policy: policy }),
    },
    ...(overrideReason === undefined ? {} : { override_reason: overrideReason }),
  });
  await runOperation(cli, api, made, options);
}
