/**
 * What every command that changes school data does: preview → confirm → run → result.
 *
 * What was previewed is what runs: the confirmation carries the hash of the plan that was shown. Whoever leaves in
 * between leaves a plan that nobody confirmed, or an operation that goes on by itself.
 */
import type { BulkOperation, OperationPreview, ReadingNote, StartRequest } from '@muster/contract';
import { show, type Cli } from './cli.ts';
import type { RunOptions } from './commands/options.ts';
import { EXIT } from './exit-codes.ts';
import { Failure, usage } from './failure.ts';
import { followOperation } from './follow-operation.ts';
import type { Api } from './server/api.ts';
import { getPreview, start, untilPlanned } from './server/operations.ts';
import { previewText, type Examples } from './show/preview.ts';

/** Codes beyond these are counted without an example. */
const CODES_WITH_EXAMPLE_MAX = 20;

/** @throws Failure `usage` where a question would come up that nobody can answer: before anything is sent. */
export function assertAnswerable({ terminal }: Cli, options: RunOptions): void {
  const isAnswered = options.dryRun === true || options.yes === true || options.confirmCount !== undefined;
  if (isAnswered || terminal.isInteractive) return;
  throw usage('Nobody is here to confirm it. Give --yes to run it, or --dry-run to see what it would do.');
}

/** @param made - Just created; its plan may still be in the making. */
export async function runOperation(cli: Cli, api: Api, made: BulkOperation, options: RunOptions): Promise<void> {
  const operation = await untilPlanned(api, made);
  if (operation.plan_hash === null) throw unplanned(operation);
  const preview = await getPreview(api, operation.id);
  if (options.json !== true) cli.terminal.print(previewText(preview, await findExamples(api, preview)));
  if (options.dryRun === true) {
    endPreview(cli, operation, preview, options);
    return;
  }
  const agreed = await agree(cli, operation, preview, options);
  const started = await start(api, operation.id, { plan_hash: operation.plan_hash, ...agreed });
  await followOperation(cli, api, started, options, { preview });
}

/** The first item of each action and code. */
export async function findExamples(api: Api, preview: OperationPreview): Promise<Examples> {
  const first = async (query: Record<string, string>) =>
    (await getPreview(api, preview.operation_id, { ...query, limit: 1 })).items[0];
  const actions: Record<string, OperationPreview['items'][number] | undefined> = {};
  for (const action of Object.keys(preview.counts.actions)) actions[action] = await first({ action });
  const codes: typeof actions = {};
  for (const code of Object.keys(preview.counts.codes).slice(0, CODES_WITH_EXAMPLE_MAX))
    codes[code] = await first({ code });
  return { actions, codes };
}

function endPreview(cli: Cli, operation: BulkOperation, preview: OperationPreview, options: RunOptions): void {
  cli.exitCode = (preview.counts.actions['error'] ?? 0) > 0 ? EXIT.someFailed : EXIT.done;
  const hint = `Nothing was changed. To run exactly this: muster operations start ${operation.id}`;
  show(cli, options, { operation, preview }, `\n${hint}`);
}

/** What a person, or the command line in their place, says to the preview. */
async function agree(
  cli: Cli,
  operation: BulkOperation,
  preview: OperationPreview,
  options: RunOptions,
): Promise<StartRequest> {
  if (waitsForApproval(operation, preview)) throw unapproved(operation);
  const warnings = {
    ...(preview.counts.warnings > 0 ? { acknowledge_warnings: true } : {}),
    ...(await agreeToReading(cli, operation, preview, options)),
  };
  if (options.confirmCount !== undefined) return { ...warnings, confirm_count: options.confirmCount };
  if (options.yes === true) return warnings;
  const guard = preview.guards.find(({ needs }) => needs === 'typed');
  const asked = guard === undefined ? 'y' : String(guard.count);
  const question = guard === undefined ? '\nRun this? [y/N] ' : `\nType ${asked} to run this: `;
  const answer = (await cli.terminal.ask(question)).replaceAll(',', '').toLowerCase();
  if (answer !== asked && !(guard === undefined && answer === 'yes')) throw declined(operation);
  return guard === undefined ? warnings : { ...warnings, confirm_count: guard.count };
}

/** What was not clear of a file is for a person to say, or for whoever wrote the command line. */
async function agreeToReading(
  cli: Cli,
  operation: BulkOperation,
  { reading }: OperationPreview,
  { acceptGuess, yes, confirmCount }: RunOptions,
): Promise<StartRequest> {
  const notes = reading?.notes.filter((note) => note.needs_look) ?? [];
  if (notes.length === 0) return {};
  if (acceptGuess === true) return { accept_reading: true };
  if (yes === true || confirmCount !== undefined) throw unclear(operation, notes);
  const answer = await cli.terminal.ask('\nGo on with the file as it was read (see the lines with ! above)? [y/N] ');
  if (!['y', 'yes'].includes(answer.toLowerCase())) throw declined(operation);
  return { accept_reading: true };
}

function unclear(operation: BulkOperation, notes: readonly ReadingNote[]): Failure {
  const hint = {
    code: 'reading_not_accepted',
    field: '',
    message: '',
    correction: 'Say what the columns hold with --mapping or --role, or go on as it was read with --accept-guess.',
  };
  const faults = notes.map(({ code, message }) => ({ code, field: '', message, correction: '' }));
  return new Failure(EXIT.notDone, 'The file was not read without doubt; nothing was changed.', [...faults, hint], {
    operation,
    message: 'The file was not read without doubt.',
    errors: [...faults, hint],
  });
}

function waitsForApproval(operation: BulkOperation, preview: OperationPreview): boolean {
  const needsApproval = preview.requires_approval || preview.guards.some(({ needs }) => needs === 'approval');
  return needsApproval && operation.approved_at === null;
}

function unplanned(operation: BulkOperation): Failure {
  const why = operation.error_log === '' ? operation.phase : operation.error_log;
  return new Failure(EXIT.notDone, `No plan could be made: ${why}`, [], { operation });
}

function unapproved(operation: BulkOperation): Failure {
  return new Failure(
    EXIT.notDone,
    'It waits for the approval of a second person.',
    [
      {
        code: 'approval_required',
        field: '',
        message: '',
        correction: `Let them run: muster operations approve ${operation.id}\n    Then run: muster operations start ${operation.id}`,
      },
    ],
    { operation },
  );
}

function declined(operation: BulkOperation): Failure {
  return new Failure(EXIT.notDone, 'Not confirmed; nothing was changed.', [], { operation });
}
