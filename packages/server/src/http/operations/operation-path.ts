/** The operation that an address names. */
import { Problem } from '@muster/contract';
import { z } from 'zod';
import { isUuid } from '../../db/database.ts';
import { type Asked, getVisible, maySteer, type Operation } from '../../engine/index.ts';

export const OPERATION_PATH = '/api/bulk/operations/:id';
export const operationParams = z.object({ id: z.string() });

/** @throws Problem `not_found` for whatever cannot be an id: as for an operation that does not exist. */
export function idOf(params: z.infer<typeof operationParams>): string {
  const id = params.id.toLowerCase();
  if (!isUuid(id)) throw new Problem('not_found');
  return id;
}

/** @throws Problem `forbidden` where the operation is only visible. */
export async function getSteerable(asked: Asked, id: string): Promise<Operation> {
  const { actor } = asked;
  const operation = await getVisible(asked, id);
  if (!maySteer(actor, operation)) throw new Problem('forbidden');
  return operation;
}
