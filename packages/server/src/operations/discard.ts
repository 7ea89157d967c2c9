import { type Asked, eraseDrafts, writeAudit } from '../engine/index.ts';

/** Takes a locked draft and its plan away; that it was there stays in the audit trail. */
export async function discardDraft({ tx, actor }: Asked, id: string): Promise<void> {
  await writeAudit(tx, { action: 'discard', operationId: id, actor });
  await eraseDrafts(tx, [id]);
}
