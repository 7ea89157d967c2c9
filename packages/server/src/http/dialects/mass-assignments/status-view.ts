/** A mass assignment as these endpoints show it: another view of the shared operation. */
import { jsonObject, ROLLBACK_STATUSES, timestamp, type OperationStatus } from '@muster/contract';
import { z } from 'zod';
import type { OrgTransaction } from '../../../db/database.ts';
import {
  type Asked,
  listWhole,
  makerOf,
  maySteer,
  type Operation,
  outcomeOf,
  planCounts,
  undoUntil,
} from '../../../engine/index.ts';
import { listReleases } from '../../../school/assignments/releases.ts';
import { countListed } from '../../../school/people/targets.ts';
import type { Actor } from '../../../tenancy/actor.ts';
import { percentage } from '../../../operations/percentage.ts';
import { subjectIds } from '../../../operations/subject-ids.ts';
import { massParams } from './given-assignment.ts';
import { MASS_PATH, OPERATION_TYPES } from './mass-operation.ts';

export const MASS_STATUSES = ['pending', 'validating', 'processing', 'completed', 'failed', 'cancelled'] as const;
type MassStatus = (typeof MASS_STATUSES)[number];
const MASS_PHASES = ['draft', 'validating', 'planned', 'confirmed', 'queued', 'processing', 'done'] as const;

/** Lists up to this long stand in the answer, longer ones behind a link. */
const STUDENTS_SHOWN_MAX = 5_000;

export const massAssignment = z
  .object({
    operation_id: z.string(),
    operation_type: z.enum(OPERATION_TYPES),
    name: z.string(),
    operation_status: z.enum(MASS_STATUSES),
    phase: z.enum(MASS_PHASES),
    paused: z.boolean(),
    org_id: z.string(),
    initiated_by: z.string(),
    target: jsonObject.describe('As it was sent.'),
    student_count: z.int().describe('Before validation: how many are listed.'),
    content_payload: jsonObject,
    parameters: jsonObject,
    differentiation: jsonObject.nullable(),
    overrides: jsonObject.describe('Values for single students, by student id.'),
    scheduling: z.object({
      start_date: z.string().nullable(),
      due_date: z.string().nullable(),
      staggered_release: z.boolean(),
      stagger_interval: z.int(),
      groups: z.int(),
      release_order: z.string(),
    }),
    conflict_policy: z.string(),
    notify: z.boolean(),
    template_id: z.null(),
    progress: z.object({
      total: z.int(),
      processed: z.int(),
      successful: z.int(),
      failed: z.int(),
      skipped: z.int(),
      percent: z.number(),
    }),
    outcome: z.enum(['full', 'partial', 'none']).nullable().describe('Null before the end.'),
    rollback_status: z.enum(ROLLBACK_STATUSES),
    rollback: z.object({ status: z.enum(ROLLBACK_STATUSES), available_until: timestamp.nullable() }),
    override_reason: z.string().nullable(),
    cancel_reason: z.string(),
    error_log: z.string(),
    retry_of: z.string().nullable(),
    plan_hash: z.string().nullable(),
    plan_expires_at: timestamp.nullable(),
    accepted_at: timestamp.nullable(),
    created_at: timestamp,
    confirmed_at: timestamp.nullable(),
    started_at: timestamp.nullable(),
    completed_at: timestamp.nullable(),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'MassAssignment' });
export type MassAssignment = z.infer<typeof massAssignment>;

const release = z.object({
  release: z.int(),
  state: z.enum(['scheduled', 'held', 'released', 'withdrawn']),
  start_at: timestamp.nullable(),
  students: z.int(),
});

export const massAssignmentStatus = massAssignment
  .extend({
    target_students: z
      .union([z.array(z.string()), z.object({ count: z.int(), link: z.string() })])
      .describe('After validation the fixed list; of more than 5,000 their number and where they are listed.'),
    releases: z.array(release).describe('The groups of a staggered release, once it has run.'),
  })
  .meta({ id: 'MassAssignmentStatus' });
export type MassAssignmentStatus = z.infer<typeof massAssignmentStatus>;

export async function viewStatus(asked: Asked, operation: Operation): Promise<MassAssignmentStatus> {
  const whole = await listWhole(asked, [operation]);
  const view = viewMassAssignment(asked.actor, operation, whole.has(operation.id));
  const isReleased = operation.phase === 'done' && view.scheduling.staggered_release;
  return {
    ...view,
    target_students: await targetStudents(asked, operation, view),
    releases: isReleased ? await viewReleases(asked.tx, operation) : [],
  };
}

/** @param isWhole - Whether the actor sees the operation whole; what it was given may name others. */
export function viewMassAssignment(actor: Actor, operation: Operation, isWhole: boolean): MassAssignment {
  const params = massParams.parse(operation.params);
  const { scheduling } = params;
  return {
    operation_id: operation.id,
    operation_type: z.enum(OPERATION_TYPES).parse(operation.kind),
    name: operation.name,
    ...viewLife(operation),
    org_id: operation.org_id,
    initiated_by: makerOf(operation),
    target: params.target,
    student_count: operation.plan_hash === null ? countListed(params.target) : planCounts(operation).people,
    content_payload: params.content_payload,
    parameters: params.parameters,
    differentiation: params.differentiation ?? null,
    overrides: params.overrides,
    scheduling: { ...scheduling, start_date: scheduling.start_date ?? null, due_date: scheduling.due_date ?? null },
    conflict_policy: params.conflict_policy,
    notify: params.notify,
    template_id: null,
    progress: viewProgress(operation),
    rollback_status: operation.rollback_status,
    rollback: { status: operation.rollback_status, available_until: iso(availableUntil(actor, operation)) },
    override_reason: operation.override_reason,
    cancel_reason: operation.cancel_reason,
    error_log: operation.error_log,
    retry_of: operation.retry_of,
    plan_hash: operation.plan_hash,
    plan_expires_at: iso(operation.plan_expires_at),
    accepted_at: iso(operation.accepted_at),
    created_at: operation.created_at.toISOString(),
    confirmed_at: iso(operation.queued_at),
    started_at: iso(operation.started_at),
    completed_at: iso(operation.completed_at),
    links: linksOf(operation.id),
    ...(isWhole ? {} : NOT_SHOWN),
  };
}

const NOT_SHOWN = { target: {}, differentiation: null, overrides: {}, error_log: '' };

/** What changes while an operation lives. */
export function viewLife(
  operation: Operation,
): Pick<MassAssignment, 'operation_status' | 'phase' | 'paused' | 'outcome'> {
  return {
    operation_status: massStatus(operation.status),
    phase: massPhase(operation),
    paused: operation.status === 'paused',
    outcome: outcomeOf(operation),
  };
}

export function viewProgress(operation: Operation): MassAssignment['progress'] {
  return {
    total: operation.total_items,
    processed: operation.processed_items,
    successful: operation.successful_items,
    failed: operation.failed_items,
    skipped: operation.skipped_items,
    percent: percentage(operation),
  };
}

/** Confirmed and queued are still `pending` here, and a pause is a mark on `processing`. */
function massStatus(status: OperationStatus): MassStatus {
  if (status === 'queued') return 'pending';
  return status === 'paused' ? 'processing' : status;
}

export function storedStatuses(status: MassStatus): OperationStatus[] {
  if (status === 'pending') return ['pending', 'queued'];
  return status === 'processing' ? ['processing', 'paused'] : [status];
}

function massPhase({ phase, status }: Operation): MassAssignment['phase'] {
  switch (phase) {
    case 'draft':
    case 'planned':
    case 'done':
      return phase;
    case 'planning':
      return 'validating';
    case 'awaiting_approval':
      return 'planned';
    case 'queued':
      // Until a later start has come an operation is confirmed, but waits in no queue.
      return status === 'pending' ? 'confirmed' : 'queued';
    case 'applying':
      return status === 'queued' ? 'queued' : 'processing';
  }
}

function availableUntil(actor: Actor, operation: Operation): Date | null {
  const isLeft =
    operation.phase === 'done' && operation.successful_items > 0 && operation.rollback_status !== 'rolled_back';
  return isLeft && maySteer(actor, operation) ? undoUntil(actor, operation) : null;
}

async function viewReleases(tx: OrgTransaction, operation: Operation): Promise<MassAssignmentStatus['releases']> {
  const releases = await listReleases(tx, operation.id);
  return releases.map(({ start_at: startAt, ...one }) => ({ ...one, start_at: iso(startAt) }));
}

async function targetStudents(
  asked: Asked,
  operation: Operation,
  view: MassAssignment,
): Promise<MassAssignmentStatus['target_students']> {
  if (view.student_count > STUDENTS_SHOWN_MAX)
    return { count: view.student_count, link: `${MASS_PATH}/${operation.id}/items` };
  if (operation.plan_hash === null) return z.array(z.string()).default([]).parse(view.target['student_ids']);
  return subjectIds(asked, operation.id);
}

function linksOf(id: string): Record<string, string> {
  const self = `${MASS_PATH}/${id}`;
  const parts = ['preview', 'items', 'report.csv', 'stream', 'rollback/preview'];
  return { self, ...Object.fromEntries(parts.map((part) => [part.replace(/\W/g, '_'), `${self}/${part}`])) };
}

function iso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
