import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { listCommand } from './list.ts';
import { reportCommand } from './report.ts';
import { retryCommand } from './retry.ts';
import { showCommand } from './show.ts';
import { startCommand } from './start.ts';
import { steeringCommands } from './steering.ts';
import { undoCommand } from './undo.ts';
import { watchCommand } from './watch.ts';

export function operationsCommand(program: Command, cli: Cli): void {
  const operations = program.command('operations').description('look at operations, steer them, take them back');
  listCommand(operations, cli);
  showCommand(operations, cli);
  startCommand(operations, cli);
  watchCommand(operations, cli);
  steeringCommands(operations, cli);
  undoCommand(operations, cli);
  retryCommand(operations, cli);
  reportCommand(operations, cli);
}
