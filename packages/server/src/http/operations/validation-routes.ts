/** Checking a file, or rows, without keeping anything. */
import { invalid, problemError, type ValidationResult, validationResult } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { OrgTransaction } from '../../db/database.ts';
import { type Asked, faultsOf, planIn, dryRun } from '../../engine/index.ts';
import type { Kind } from '../../engine/kind.ts';
import { openCsv, type CsvFile } from '../../formats/csv/read-csv.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, readAs } from '../every-request/route.ts';
import { dialectOf, fileDialect, kindOfTarget, mappingChoice } from './import-form.ts';
import { rowsAsFile } from '../../operations/rows-given.ts';
import { chosenMapping, getMapping } from '../../operations/mappings.ts';
import { stageImport } from '../../operations/import.ts';
import { withUpload, type UploadDoor } from './upload.ts';
import { viewValidation } from './validation.ts';

const choice = mappingChoice.extend({
  target_model: z.string().min(1).max(100).optional().describe('That of the mapping, or User, when left out.'),
});
const form = choice.extend(fileDialect.shape);
const rowsBody = choice.extend({ rows: z.array(z.record(z.string(), z.unknown())).min(1) });
type Choice = z.output<typeof choice>;

export function validationRoutes(app: App, door: UploadDoor): void {
  app.post(
    '/api/bulk/validation',
    {
      // A form is read while it arrives; rows are checked below.
      validatorCompiler: () => (value: unknown) => ({ value }),
      schema: {
        tags: ['Import'],
        summary: 'Check a file or rows; nothing is written',
        consumes: ['multipart/form-data', 'application/json'],
        body: form.extend({ file: z.file().optional(), rows: rowsBody.shape.rows.optional() }),
        response: { 200: validationResult, ...refusals },
      },
    },
    async (request) => (request.isMultipart() ? validateFile(request, door) : validateRows(request, door.context)),
  );
}

async function validateFile(request: FastifyRequest, door: UploadDoor): Promise<ValidationResult> {
  const by = asker(door.context, request);
  return withUpload(door, request, form, async ({ fields, receive }) => {
    const asIf = await readAs(by, (asked) => readAsWhat(asked, fields));
    return receive(async (source) => {
      const opened = await openCsv(source, dialectOf(fields));
      return dryRun(by, (asked) => validate(asked, asIf, opened));
    });
  });
}

async function validateRows(request: FastifyRequest, context: HttpContext): Promise<ValidationResult> {
  const checked = rowsBody.safeParse(request.body ?? {}, { reportInput: true });
  if (!checked.success) throw invalid(faultsOf(checked.error));
  const file = rowsAsFile(checked.data.rows, 'rows');
  if (file.header.length === 0) throw invalid([problemError('required', { field: 'rows.0' })]);
  return dryRun(asker(context, request), async (asked) => validate(asked, await readAsWhat(asked, checked.data), file));
}

/** The kind that reads the rows, and what their columns mean to it. */
interface AsWhat {
  readonly kind: Kind;
  readonly mapping: Record<string, unknown>;
}

async function readAsWhat({ tx, engine, actor }: Asked, fields: Choice): Promise<AsWhat> {
  const kind = kindOfTarget(engine, await targetOf(tx, actor, fields));
  return { kind, mapping: await chosenMapping(tx, actor, fields) };
}

async function validate(asked: Asked, { kind, mapping }: AsWhat, file: CsvFile): Promise<ValidationResult> {
  const staged = await stageImport(asked, {
    kind: kind.name,
    name: 'Validation',
    params: {},
    mapping,
    file,
    fileName: '',
  });
  return viewValidation(asked, await planIn(asked, staged));
}

async function targetOf(tx: OrgTransaction, actor: Actor, fields: Choice): Promise<string> {
  if (fields.target_model !== undefined) return fields.target_model;
  return fields.mapping_id === undefined ? 'User' : (await getMapping(tx, actor, fields.mapping_id)).target_model;
}
