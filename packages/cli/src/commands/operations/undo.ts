import type { BulkOperation, RollbackPreview } from '@muster/contract';
import { Option, type Command } from 'commander';
import { show, type Cli } from '../../cli.ts';
import { EXIT } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import { followOperation } from '../../follow-operation.ts';
import { assertAnswerable, runOperation } from '../../run-operation.ts';
import type { Api } from '../../server/api.ts';
import { previewUndo, steer } from '../../server/operations.ts';
import { undoPreviewText } from '../../show/preview.ts';
import { confirmed, connect, type RunOptions } from '../options.ts';

interface UndoOptions extends RunOptions {
  readonly mode?: string;
  readonly items?: string;
  readonly reason?: string;
}

export function undoCommand(operations: Command, cli: Cli): void {
  const command = operations
    .command('undo')
    .description('take back what an operation did, after a preview of what comes back and what stays')
    .argument('<id>', 'of the operation')
    .addOption(
      new Option('--mode <mode>', 'whether to take back what was worked with since (default: all)').choices([
        'all',
        'untouched_only',
      ]),
    )
    .option('--items <numbers>', 'only these items, with commas between')
    .option('--reason <text>', 'why; kept with the undo');
  confirmed(command).action((id: string, options: UndoOptions) => undo(cli, id, options));
}

async function undo(cli: Cli, id: string, options: UndoOptions): Promise<void> {
  assertAnswerable(cli, options);
  const api = connect(cli, options);
  const { mode, items, reason } = options;
  const preview = await previewUndo(api, id, { mode, item_ids: items });
  if (options.json !== true) cli.terminal.print(undoPreviewText(preview));
  if (options.dryRun === true) {
    show(cli, options, { preview }, `\nNothing was changed. To do it: muster operations undo ${id}`);
    return;
  }
  const count = await agreedCount(cli, preview, options);
  const undoing = await steer(api, id, 'rollback', {
    plan_hash: preview.plan_hash,
    ...(count === undefined ? {} : { confirm_count: count }),
    ...(mode === undefined ? {} : { mode }),
    ...(items === undefined ? {} : { item_ids: items.split(',') }),
    ...(reason === undefined ? {} : { reason }),
  });
  await follow(cli, api, undoing, options, preview);
}

/** A large undo may ask for a number or a second person, as any other operation. */
async function follow(
  cli: Cli,
  api: Api,
  undoing: BulkOperation,
  options: UndoOptions,
  preview: RollbackPreview,
): Promise<void> {
  if (undoing.status === 'pending') await runOperation(cli, api, undoing, options);
  else await followOperation(cli, api, undoing, options, { preview });
}

/** The number of people, where the preview asks for it; it is not asked from whoever gave it or says yes beforehand. */
async function agreedCount(
  { terminal }: Cli,
  preview: RollbackPreview,
  options: UndoOptions,
): Promise<number | undefined> {
  if (options.yes === true || options.confirmCount !== undefined) return options.confirmCount;
  const { confirm_count: count } = preview;
  const asked = count === null ? 'y' : String(count);
  const answer = (await terminal.ask(count === null ? '\nTake it back? [y/N] ' : `\nType ${asked} to take it back: `))
    .replaceAll(',', '')
    .toLowerCase();
  if (answer === asked || (count === null && answer === 'yes')) return count ?? undefined;
  throw new Failure(EXIT.notDone, 'Not confirmed; nothing was changed.', [], { preview });
}
