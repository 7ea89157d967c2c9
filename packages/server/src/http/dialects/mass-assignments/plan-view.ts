/** The plan of a mass assignment: what goes to whom, and what it would do to the records. */
import { hiddenItems, problemError, timestamp } from '@muster/contract';
import { z } from 'zod';
import { type Asked, guardsOf, type Operation, planCounts } from '../../../engine/index.ts';
import { countHidden, countItems } from '../../../engine/report.ts';
import { listAssignedItems, type AssignedItem } from '../../../operations/assigned-items.ts';
import { countAssignments, plannedReleases, summarizeContents } from '../../../operations/assignment-plan.ts';
import { warningWords } from '../../../operations/item-words.ts';
import { grouped } from '../../../operations/sentences.ts';
import { findFindings, findings } from './findings.ts';
import { pageNo } from './mass-operation.ts';

const PAGE_ROWS = 50;
const PLAN_OUTCOMES = ['create', 'modify', 'skip', 'blocked'] as const;
type PlanOutcome = (typeof PLAN_OUTCOMES)[number];
const ACTIONS: Readonly<Record<PlanOutcome, string>> = {
  create: 'create',
  modify: 'merge',
  skip: 'skip',
  blocked: 'error',
};

export const planQuery = z.strictObject({ page: pageNo, outcome: z.enum(PLAN_OUTCOMES).optional() });

const words = z.object({ code: z.string(), message: z.string(), correction: z.string() });
const numbers = { to_create: z.int(), to_modify: z.int(), to_skip: z.int(), blocked: z.int() };

const planRow = z.object({
  item_id: z.string(),
  student_id: z.string().nullable(),
  student_name: z.string().nullable(),
  class: z.string().nullable(),
  grade_level: z.string().nullable(),
  content_id: z.string().nullable(),
  content: z.string().nullable(),
  outcome: z.enum(PLAN_OUTCOMES),
  conflict_policy: z.string().nullable(),
  existing_assignment_id: z.string().nullable(),
  release: z.int().nullable(),
  values: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('The assignment as it would be; of a merge what would change.'),
  code: z.string().nullable(),
  message: z.string(),
  correction: z.string(),
  warnings: z.array(words),
});

export const massPlan = z
  .object({
    operation_id: z.string(),
    summary: z.string(),
    plan_hash: z.string(),
    expires_at: timestamp,
    confirm_count: z.int().nullable().describe('To be typed when confirming; null where a click is enough.'),
    impact: z.object({ ...numbers, students: z.int() }),
    contents: z.array(
      z.object({ content_id: z.string().nullable(), content: z.string(), students: z.int(), ...numbers }),
    ),
    releases: z.array(z.object({ release: z.int(), start_at: z.string().nullable(), students: z.int() })),
    ...findings.shape,
    rows: z.array(planRow),
    page: z.int(),
    pages: z.int(),
    total: z.int(),
    hidden: hiddenItems,
  })
  .meta({ id: 'MassAssignmentPlan' });
export type MassPlan = z.infer<typeof massPlan>;

/** @param operation - Planned. */
export async function viewPlan(
  asked: Asked,
  operation: Operation,
  query: z.output<typeof planQuery>,
): Promise<MassPlan> {
  const { page, outcome } = query;
  const { tx } = asked;
  const action = outcome === undefined ? undefined : ACTIONS[outcome];
  const offset = (page - 1) * PAGE_ROWS;
  const found = await listAssignedItems(
    asked,
    operation.id,
    { actions: action === undefined ? undefined : [action] },
    { limit: PAGE_ROWS, offset },
  );
  const total = await countItems(asked, operation.id, { action });
  const contents = await summarizeContents(tx, operation.id);
  const { created, modified } = await countAssignments(tx, operation.id);
  const { actions, people } = planCounts(operation);
  return {
    operation_id: operation.id,
    summary: `This will create ${grouped(created)} new ${created === 1 ? 'assignment' : 'assignments'}`,
    plan_hash: operation.plan_hash ?? '',
    expires_at: (operation.plan_expires_at ?? operation.updated_at).toISOString(),
    confirm_count: typedCount(operation),
    impact: {
      to_create: created,
      to_modify: modified,
      to_skip: actions['skip'] ?? 0,
      blocked: actions['error'] ?? 0,
      students: people,
    },
    contents,
    releases: await plannedReleases(tx, operation.id),
    ...(await findFindings(asked, operation.id)),
    rows: found.map(viewRow),
    page,
    pages: Math.max(1, Math.ceil(total / PAGE_ROWS)),
    total,
    hidden: await countHidden(asked, operation.id, { action }),
  };
}

/** How many students would be changed, where that number has to be typed; null where it need not. */
export function typedCount(operation: Operation): number | null {
  return guardsOf(operation).find(({ code }) => code === 'affects_many')?.count ?? null;
}

export function planOutcome(action: string): PlanOutcome {
  switch (action) {
    case 'skip':
      return 'skip';
    case 'error':
      return 'blocked';
    case 'create':
      return 'create';
    default:
      return 'modify';
  }
}

function viewRow(item: AssignedItem): z.infer<typeof planRow> {
  const said = item.code === null ? null : problemError(item.code, item.detail ?? {});
  return {
    item_id: String(item.item_no),
    student_id: item.student_id,
    student_name: item.student_name,
    class: item.class,
    grade_level: item.grade_level,
    content_id: item.content_id,
    content: item.content,
    outcome: planOutcome(item.action),
    conflict_policy: item.policy,
    existing_assignment_id: item.existing_id,
    release: item.release,
    values: item.assignment === null ? null : { ...item.assignment },
    code: item.code,
    message: said?.message ?? '',
    correction: said?.correction ?? '',
    warnings: warningWords(item.warnings),
  };
}
