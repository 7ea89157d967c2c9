/** The operations behind these addresses: those of the general engine whose kind assigns something. */
import { Problem } from '@muster/contract';
import { z } from 'zod';
import { isUuid } from '../../../db/database.ts';
import { type Asked, getVisible, lockSteerable, maySteer, type Operation } from '../../../engine/index.ts';

export const MASS_PATH = '/api/v1/mass-assignments';
export const OPERATION_PATH = `${MASS_PATH}/:operation_id`;
export const tags = ['Mass assignments'];

/** Types of operation that are served here, by the name of their kind. */
export const OPERATION_TYPES = ['assign_sequence'] as const;

export const operationParams = z.object({ operation_id: z.string() });
/** Calls without a body may send none, or an empty object. */
export const noBody = z.strictObject({}).nullish();
export const pageNo = z.coerce.number().int().min(1).max(1_000_000).default(1);

export const csvFile = { description: 'UTF-8', content: { 'text/csv': { schema: z.string() } } };

/** The schema of a route about one operation. */
export function ofOperation<Schema extends object>(summary: string, schema: Schema) {
  return { tags, summary, params: operationParams, ...schema };
}

/** @throws Problem `not_found`, the same for what is unknown, foreign, not visible or of another kind. */
export async function getMassOperation(asked: Asked, id: string): Promise<Operation> {
  if (!isUuid(id.toLowerCase())) throw new Problem('not_found');
  const operation = await getVisible(asked, id.toLowerCase());
  if (!OPERATION_TYPES.some((type) => type === operation.kind)) throw new Problem('not_found');
  return operation;
}

/** @throws Problem `forbidden` where the operation is only visible. */
export async function getSteerable(asked: Asked, id: string): Promise<Operation> {
  const { actor } = asked;
  const operation = await getMassOperation(asked, id);
  if (!maySteer(actor, operation)) throw new Problem('forbidden');
  return operation;
}

/** The operation, locked until the transaction ends, for somebody who may steer it. */
export async function lockMassOperation(asked: Asked, id: string): Promise<Operation> {
  const { id: own } = await getMassOperation(asked, id);
  return lockSteerable(asked, own);
}
