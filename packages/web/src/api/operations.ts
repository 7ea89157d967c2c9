import {
  bulkOperation,
  itemPage,
  operationKind,
  operationPreview,
  operationProgress,
  operationResults,
  rollbackPreview,
  type BulkOperation,
  type ItemPage,
  type MappingRules,
  type OperationKind,
  type OperationPreview,
  type OperationProgress,
  type OperationResults,
  type RollbackPreview,
  type StartRequest,
} from '@muster/contract';
import { z } from 'zod';
import { get, patch, post, query, request, upload } from './request.ts';

const PAGE_ITEMS = 50;

export interface OperationList {
  readonly operations: readonly BulkOperation[];
  /** Of all pages. */
  readonly total: number;
}

/** As `operation_type`: really all, also what forms save one record at a time. */
export const ALL_KINDS = 'all';

export interface ListFilter {
  readonly status?: string | undefined;
  /** All but single edits when it is left out: there are many, and nobody looks for them among large work. */
  readonly operation_type?: string | undefined;
  readonly search?: string | undefined;
  readonly page?: number | undefined;
}

export async function listOperations(filter: ListFilter): Promise<OperationList> {
  const { operation_type: kind, ...others } = filter;
  const kinds =
    kind === undefined ? { without: 'edit_record' } : { operation_type: kind === ALL_KINDS ? undefined : kind };
  const { value, headers } = await request(
    `/api/bulk/operations${query({ ...others, ...kinds })}`,
    z.array(bulkOperation),
  );
  return { operations: value, total: Number(headers.get('x-total-count') ?? value.length) };
}

export function listKinds(): Promise<OperationKind[]> {
  return get('/api/bulk/kinds', z.array(operationKind));
}

export function getOperation(id: string): Promise<BulkOperation> {
  return get(addressOf(id), bulkOperation);
}

export function getProgress(id: string): Promise<OperationProgress> {
  return get(`${addressOf(id)}/progress`, operationProgress);
}

export function getResults(id: string): Promise<OperationResults> {
  return get(`${addressOf(id)}/results`, operationResults);
}

export interface PreviewFilter {
  readonly action?: string | undefined;
  readonly code?: string | undefined;
}

export function getPreview(id: string, filter: PreviewFilter, cursor = ''): Promise<OperationPreview> {
  return get(`${addressOf(id)}/preview${query({ ...filter, cursor, limit: PAGE_ITEMS })}`, operationPreview);
}

export interface ItemFilter {
  readonly status?: 'failed' | 'skipped' | 'success' | undefined;
  readonly code?: string | undefined;
}

export function listItems(id: string, filter: ItemFilter, cursor = '', limit = PAGE_ITEMS): Promise<ItemPage> {
  return get(`${addressOf(id)}/items${query({ ...filter, cursor, limit })}`, itemPage);
}

/** What can be asked of an operation that exists. */
export const steer = {
  plan: (id: string) => ask(id, 'plan'),
  start: (id: string, confirmation: StartRequest) => ask(id, 'start', confirmation),
  pause: (id: string) => ask(id, 'pause'),
  resume: (id: string) => ask(id, 'resume'),
  cancel: (id: string, reason: string) => ask(id, 'cancel', { reason }),
  approve: (id: string) => ask(id, 'approve'),
  reject: (id: string, reason: string) => ask(id, 'reject', { reason }),
} as const;

export interface Retry {
  readonly itemIds?: readonly string[];
  /** `{row: {column: cell}}`. */
  readonly corrections?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** @returns The new operation, stopped at its preview. */
export function retryItems(id: string, { itemIds, corrections }: Retry): Promise<BulkOperation> {
  return ask(id, 'retry', { item_ids: itemIds, corrections, plan_only: true });
}

export function getUndoPreview(id: string): Promise<RollbackPreview> {
  return get(`${addressOf(id)}/rollback/preview${query({ limit: PAGE_ITEMS })}`, rollbackPreview);
}

/** @returns The operation that undoes it. */
/** @param confirmCount - The number that was typed; null where none is asked for. */
export function undoOperation(
  id: string,
  planHash: string,
  reason: string,
  confirmCount: number | null,
): Promise<BulkOperation> {
  const typed = confirmCount === null ? {} : { confirm_count: confirmCount };
  return ask(id, 'rollback', { plan_hash: planHash, reason, ...typed });
}

export type ReportPart = 'success' | 'failed' | 'skipped' | 'not_processed';

export function reportAddress(id: string, part: ReportPart): string {
  return `${addressOf(id)}/report.csv${query({ status: part })}`;
}

export function streamAddress(id: string): string {
  return `${addressOf(id)}/stream`;
}

export interface PeopleFile {
  readonly file: File;
  readonly mode: string;
  /** A saved mapping; null to find out by the names of the columns. */
  readonly mappingId: string | null;
  /** As a person chose it; null to find it out. */
  readonly encoding: string | null;
}

/** @returns The operation, planned and waiting to be looked at. */
export function importPeople({ file, mode, mappingId, encoding }: PeopleFile): Promise<BulkOperation> {
  const form = new FormData();
  // Fields stand before the file: the server reads the file while it arrives.
  if (mappingId === null) form.append('mapping', JSON.stringify({ preset: 'auto' }));
  else form.append('mapping_id', mappingId);
  if (encoding !== null) form.append('encoding', encoding);
  form.append('parameters', JSON.stringify({ mode }));
  form.append('file', file);
  return upload('/api/bulk/users/import', bulkOperation, form);
}

/** @returns The operation with its rows read anew and a new plan. */
export async function readColumns(id: string, mapping: MappingRules): Promise<BulkOperation> {
  const changed = await patch(addressOf(id), bulkOperation, { mapping_config: mapping });
  // Only what had a plan already is planned again by the change itself.
  return changed.phase === 'draft' ? steer.plan(id) : changed;
}

function ask(id: string, what: string, body: unknown = {}): Promise<BulkOperation> {
  return post(`${addressOf(id)}/${what}`, bulkOperation, body);
}

function addressOf(id: string): string {
  return `/api/bulk/operations/${encodeURIComponent(id)}`;
}
