import { bulkOperation, rollbackPreview } from '@muster/contract';
import { pathOf, sayPage, sayResult, untilPhase } from './operation.ts';
import { grouped, labelled, type Stage } from './step.ts';

/** Undoes an operation: what is taken back, what is kept and why, what is impossible; then does exactly that. */
export async function takeBack(stage: Stage, operationId: string): Promise<void> {
  const { api, say } = stage;
  const preview = await api.get(rollbackPreview, `${pathOf(operationId)}/rollback/preview?limit=2`);
  const { will_reverse, kept, cannot } = preview.counts;
  say(labelled('Preview', preview.summary));
  say(labelled('', `taken back             ${grouped(will_reverse)}`));
  say(labelled('', `kept, changed since    ${grouped(kept)}`));
  for (const { item, what } of preview.kept) say(labelled('', `  ${item.label}: ${what}`));
  say(labelled('', `cannot be taken back   ${grouped(cannot)}`));
  const undoing = await api.post(bulkOperation, `${pathOf(operationId)}/rollback`, {
    plan_hash: preview.plan_hash,
    reason: 'Shown in the demo',
  });
  await untilPhase(api, undoing.id, 'done');
  await sayResult(stage, undoing.id);
  sayPage(stage, undoing.id);
}
