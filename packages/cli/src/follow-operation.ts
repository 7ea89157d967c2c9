/** Watches an operation until it stops working, then says what became of it. */
import type { BulkOperation, OperationProgress } from '@muster/contract';
import { setTimeout as sleep } from 'node:timers/promises';
import { show, type Cli } from './cli.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { Failure } from './failure.ts';
import type { Api } from './server/api.ts';
import { getOperation, getProgress, getResults } from './server/operations.ts';
import { resultText } from './show/operation.ts';
import { progressView } from './show/progress.ts';

const POLL_MS = 500;
/** A server that restarts is waited for so long. */
const UNREACHABLE_MAX_MS = 60_000;

export interface FollowOptions {
  readonly json?: boolean;
  readonly watch: boolean;
}

/** @param document - What else the JSON document tells. */
export async function followOperation(
  cli: Cli,
  api: Api,
  operation: BulkOperation,
  options: FollowOptions,
  document: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  if (!options.watch) {
    show(cli, options, { operation, ...document }, `Started. Watch it: muster operations watch ${operation.id}`);
    return;
  }
  const ended = isWorking(operation.status) ? await watch(cli, api, operation.id) : operation;
  const results = await getResults(api, ended.id);
  cli.exitCode = outcomeOf(ended);
  show(cli, options, { operation: ended, ...document, results }, `\n${resultText(results)}\n${hint(ended)}`.trimEnd());
}

/** @throws Failure `interrupted` on Ctrl-C: the operation goes on. */
async function watch({ terminal }: Cli, api: Api, id: string): Promise<BulkOperation> {
  const view = progressView(terminal);
  const { signal, ignore } = terminal.untilInterrupted();
  try {
    for (let progress = await getPatiently(api, id); ; progress = await getPatiently(api, id)) {
      view.show(progress);
      if (!isWorking(progress.status)) return await getOperation(api, id);
      await sleep(POLL_MS, undefined, { signal });
    }
  } catch (error) {
    if (signal.aborted) throw interrupted(id);
    throw error;
  } finally {
    ignore();
    view.end();
  }
}

async function getPatiently(api: Api, id: string): Promise<OperationProgress> {
  const deadline = Date.now() + UNREACHABLE_MAX_MS;
  for (;;) {
    try {
      return await getProgress(api, id);
    } catch (error) {
      const isAway = error instanceof Failure && error.exitCode === EXIT.unreachable;
      if (!isAway || Date.now() > deadline) throw error;
      await sleep(POLL_MS);
    }
  }
}

function isWorking(status: BulkOperation['status']): boolean {
  return status === 'queued' || status === 'processing';
}

function outcomeOf(operation: Pick<BulkOperation, 'status' | 'failed_items'>): ExitCode {
  if (operation.status !== 'completed') return EXIT.notDone;
  return operation.failed_items > 0 ? EXIT.someFailed : EXIT.done;
}

/** What can be done next. */
function hint({
  id,
  status,
  failed_items: failed,
  can_undo_until: undoUntil,
  cancel_reason: reason,
}: BulkOperation): string {
  const next = [
    ...(status === 'paused' ? [`It is paused. Go on: muster operations resume ${id}`] : []),
    ...(status === 'cancelled' ? [`It was cancelled: ${reason}`] : []),
    ...(status === 'pending' ? [`It was not started. Look at its plan: muster operations show ${id}`] : []),
    ...(failed > 0 ? [`What failed, and why: muster operations report ${id} --status failed`] : []),
    ...(undoUntil === null ? [] : [`Take it back: muster operations undo ${id}`]),
  ];
  return next.join('\n');
}

function interrupted(id: string): Failure {
  const message = `The operation goes on by itself.\n  Watch it again: muster operations watch ${id}\n  End it:         muster operations cancel ${id} --reason "..."`;
  return new Failure(EXIT.interrupted, message, [], { operation: { id }, message, errors: [] });
}
