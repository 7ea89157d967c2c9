import { bulkOperation, type OperationPreview, type StartRequest } from '@muster/contract';
import type { DemoFile } from '../school/files.ts';
import { pathOf, sayPage, sayPreview, sayResult, untilPhase } from './operation.ts';
import { counted, labelled, type Stage } from './step.ts';

/** One file of people: uploaded, previewed, confirmed with the hash of what was previewed. */
export async function importPeople(stage: Stage, file: DemoFile): Promise<void> {
  const { api, say } = stage;
  const form = new FormData();
  form.set('mapping', JSON.stringify(file.mapping));
  form.set('operation_name', `Import ${file.name}`);
  form.set('file', new Blob([file.text], { type: 'text/csv' }), file.name);
  const made = await api.post(bulkOperation, '/api/bulk/users/import', form);
  const planned = await untilPhase(api, made.id, 'planned');
  say(labelled('File', `${file.format}, ${counted(planned.total_items, 'row')}`));
  const preview = await sayPreview(stage, made.id);
  await api.post(bulkOperation, `${pathOf(made.id)}/start`, confirmationOf(preview));
  await untilPhase(api, made.id, 'done');
  await sayResult(stage, made.id);
  sayPage(stage, made.id);
}

/** What a person would type and tick. */
function confirmationOf(preview: OperationPreview): StartRequest {
  const guard = preview.guards.find(({ needs }) => needs === 'typed');
  return {
    ...(preview.plan_hash === null ? {} : { plan_hash: preview.plan_hash }),
    ...(guard === undefined ? {} : { confirm_count: guard.count }),
    ...(preview.counts.warnings === 0 ? {} : { acknowledge_warnings: true }),
    ...(preview.reading?.notes.some((note) => note.needs_look) === true ? { accept_reading: true } : {}),
  };
}
