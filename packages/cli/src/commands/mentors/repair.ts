import { Argument, type Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { usage } from '../../failure.ts';
import { assertAnswerable, runOperation } from '../../run-operation.ts';
import { createOperation } from '../../server/operations.ts';
import { confirmed, connect, type RunOptions } from '../options.ts';

interface RepairOptions extends RunOptions {
  readonly batch?: readonly string[];
}

export function repairCommand(mentors: Command, cli: Cli): void {
  const command = mentors
    .command('repair')
    .description('set right what was written past the product, after a preview')
    .addArgument(
      new Argument(
        '<what>',
        'orphans: assignments whose instructor or student is gone; counts: numbers of students in batches',
      ).choices(['orphans', 'counts']),
    )
    .option('--batch <id...>', 'only the counts of these batches');
  confirmed(command).action((what: string, options: RepairOptions) => repair(cli, what, options));
}

async function repair(cli: Cli, what: string, options: RepairOptions): Promise<void> {
  assertAnswerable(cli, options);
  const { batch } = options;
  if (what === 'orphans' && batch !== undefined) throw usage('Orphans belong to no batch.');
  const api = connect(cli, options);
  const made = await createOperation(api, {
    operation_type: `repair_${what}`,
    operation_name: `Repair ${what}`,
    parameters: batch === undefined ? {} : { batch_ids: batch },
  });
  await runOperation(cli, api, made, options);
}
