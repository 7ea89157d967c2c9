import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { cancelBatchesCommand } from './cancel.ts';
import { createBatchCommand } from './create.ts';
import { batchInstructorCommand } from './instructor.ts';
import { listBatchesCommand } from './list.ts';
import { showBatchCommand } from './show.ts';
import { transferCommand } from './transfer.ts';

export function batchesCommand(program: Command, cli: Cli): void {
  const batches = program
    .command('batches')
    .description('classes of a course: see them, make them, give them a teacher, move students');
  listBatchesCommand(batches, cli);
  showBatchCommand(batches, cli);
  createBatchCommand(batches, cli);
  batchInstructorCommand(batches, cli);
  transferCommand(batches, cli);
  cancelBatchesCommand(batches, cli);
}
