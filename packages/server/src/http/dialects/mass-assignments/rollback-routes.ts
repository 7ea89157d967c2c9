/** Undoing a mass assignment: first the numbers for both modes, then the undo. */
import { hiddenItems, Problem, problemError, timestamp } from '@muster/contract';
import { z } from 'zod';
import type { OrgTransaction } from '../../../db/database.ts';
import {
  type Asked,
  type Asker,
  getOperation,
  type Operation,
  planUndo,
  undo,
  undoUntil,
  dryRun,
} from '../../../engine/index.ts';
import { countHidden } from '../../../engine/report.ts';
import { listAssignedItems } from '../../../operations/assigned-items.ts';
import { countUndo } from '../../../operations/assignment-plan.ts';
import { RELEASES_MAX } from '../../../school/assignments/parameters.ts';
import { itemsOfRelease } from '../../../school/assignments/releases.ts';
import { typedCount } from './plan-view.ts';
import { type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { asker, readAs } from '../../every-request/route.ts';
import { getSteerable, ofOperation, OPERATION_PATH } from './mass-operation.ts';
import { massAssignmentStatus, viewStatus } from './status-view.ts';

const MODES = ['all', 'untouched_only'] as const;
type Mode = (typeof MODES)[number];
const KEPT_SHOWN_MAX = 1_000;

const numbers = z.object({
  withdrawn: z.int().describe('Assignments that are taken back.'),
  archived: z.int().describe('Of these with begun work, which stays readable.'),
  restored: z.int().describe('Assignments that get their earlier values back.'),
  kept: z.int().describe('Left as they are.'),
  students: z.int(),
  confirm_count: z.int().nullable().describe('To be typed; null where a click is enough.'),
});
type Numbers = z.infer<typeof numbers>;

const keptItem = z.object({
  item_id: z.string(),
  student_id: z.string().nullable(),
  code: z.string(),
  message: z.string(),
  correction: z.string(),
});

const rollbackPlan = z
  .object({
    operation_id: z.string(),
    available_until: timestamp.nullable(),
    modes: z.object({ all: numbers, untouched_only: numbers }),
    kept: z.array(keptItem).describe('In both modes.'),
    started: z.array(keptItem).describe('Kept in the mode `untouched_only`.'),
    hidden: hiddenItems,
  })
  .meta({ id: 'MassAssignmentRollbackPlan' });

const release = z.coerce
  .number()
  .int()
  .min(1)
  .max(RELEASES_MAX)
  .optional()
  .describe('This group of a staggered release alone.');
const rollbackGiven = z.strictObject({
  mode: z.enum(MODES).default('all'),
  reason: z.string().trim().max(2_000).default(''),
  confirm_count: z.int().optional(),
  release,
});

export function rollbackRoutes(app: App, context: HttpContext): void {
  app.get(
    `${OPERATION_PATH}/rollback/preview`,
    {
      schema: ofOperation('What an undo would do now, in both modes', {
        querystring: z.strictObject({ release }),
        response: { 200: rollbackPlan, ...refusals },
      }),
    },
    async (request) => {
      const by = asker(context, request);
      const { operation, itemNos } = await readAs(by, async (asked) => {
        const found = await getSteerable(asked, request.params.operation_id);
        return { operation: found, itemNos: await chosenItems(asked.tx, found.id, request.query.release) };
      });
      const look = (mode: Mode) => lookAtUndo(by, operation.id, { mode, itemNos });
      const [all, untouched] = [await look('all'), await look('untouched_only')];
      const keptAnyway = new Set(all.kept.map((item) => item.item_id));
      return {
        operation_id: operation.id,
        available_until: undoUntil(by.actor, operation)?.toISOString() ?? null,
        modes: { all: all.numbers, untouched_only: untouched.numbers },
        kept: all.kept,
        started: untouched.kept.filter((item) => !keptAnyway.has(item.item_id)),
        hidden: all.hidden,
      };
    },
  );

  app.post(
    `${OPERATION_PATH}/rollback`,
    {
      schema: ofOperation('Undo it', {
        body: rollbackGiven.nullish(),
        response: { 200: massAssignmentStatus, 202: massAssignmentStatus, ...refusals },
      }),
    },
    async (request, reply) => {
      const by = asker(context, request);
      const given = request.body ?? { mode: 'all' as const, reason: '' };
      const { mode, reason, confirm_count: confirmCount } = given;
      const { id, itemNos } = await readAs(by, async (asked) => {
        const found = await getSteerable(asked, request.params.operation_id);
        return { id: found.id, itemNos: await chosenItems(asked.tx, found.id, request.body?.release) };
      });
      const undoing = await undo(by, id, { mode, reason, itemNos, confirmCount });
      const body = await readAs(by, async (asked) => viewStatus(asked, await getOperation(asked.tx, id)));
      return reply.code(undoing.phase === 'done' ? 200 : 202).send(body);
    },
  );
}

interface UndoLook {
  readonly numbers: Numbers;
  readonly kept: z.infer<typeof keptItem>[];
  readonly hidden: number;
}

/** Undefined for all of them. @throws Problem `not_found` for a release that is not there. */
async function chosenItems(tx: OrgTransaction, id: string, wanted: number | undefined): Promise<number[] | undefined> {
  if (wanted === undefined) return undefined;
  const found = await itemsOfRelease(tx, id, wanted);
  if (found.length === 0) throw new Problem('not_found', { field: 'release' });
  return found;
}

async function lookAtUndo(
  by: Asker,
  id: string,
  wanted: { mode: Mode; itemNos: readonly number[] | undefined },
): Promise<UndoLook> {
  return dryRun(by, async (asked) => readUndo(asked, await planUndo(asked, id, wanted)));
}

async function readUndo(asked: Asked, plan: Operation): Promise<UndoLook> {
  const counts = await countUndo(asked.tx, plan.id);
  const kept = await listAssignedItems(asked, plan.id, { actions: ['skip', 'error'] }, { limit: KEPT_SHOWN_MAX });
  return {
    numbers: { ...counts, confirm_count: typedCount(plan) },
    hidden: await countHidden(asked, plan.id),
    kept: kept.map(({ item_no, student_id, code, detail }) => ({
      item_id: String(item_no),
      student_id,
      ...wordsOf(code ?? '', detail ?? {}),
    })),
  };
}

function wordsOf(
  code: string,
  detail: Readonly<Record<string, unknown>>,
): { code: string; message: string; correction: string } {
  const { message, correction } = problemError(code, detail);
  return { code, message, correction };
}
