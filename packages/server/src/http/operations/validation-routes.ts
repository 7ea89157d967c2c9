/** Checking a file, or rows, without keeping anything. */
import { invalid, problemError, type ValidationResult, validationResult } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { OrgTransaction } from '../../db/database.ts';
import { type Asker, faultsOf, planIn, dryRun } from '../../engine/index.ts';
import { openCsv, type CsvFile } from '../../formats/csv/read-csv.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { asker } from '../every-request/route.ts';
import { fileDialect, kindOfTarget, mappingChoice } from './import-form.ts';
import { rowsAsFile } from '../../operations/rows-given.ts';
import { chosenMapping, getMapping } from '../../operations/mappings.ts';
import { stageImport } from '../../operations/import.ts';
import { withUpload } from './upload.ts';
import { viewValidation } from './validation.ts';

const choice = mappingChoice.extend({
  target_model: z.string().min(1).max(100).optional().describe('That of the mapping, or User, when left out.'),
});
const form = choice.extend(fileDialect.shape);
const rowsBody = choice.extend({ rows: z.array(z.record(z.string(), z.unknown())).min(1) });
type Choice = z.output<typeof choice>;

export function validationRoutes(app: App, context: HttpContext): void {
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
    async (request) => (request.isMultipart() ? validateFile(request, context) : validateRows(request, context)),
  );
}

async function validateFile(request: FastifyRequest, context: HttpContext): Promise<ValidationResult> {
  const rules = { schema: form, bytesMax: context.settings.uploadBytesMax };
  return withUpload(request, rules, async ({ fields, file, assertWhole }) => {
    const { encoding, delimiter } = fields;
    const opened = await openCsv(file.file, {
      ...(encoding === undefined ? {} : { encoding }),
      ...(delimiter === undefined ? {} : { delimiter }),
    });
    return validate(asker(context, request), fields, opened, assertWhole);
  });
}

async function validateRows(request: FastifyRequest, context: HttpContext): Promise<ValidationResult> {
  const checked = rowsBody.safeParse(request.body ?? {}, { reportInput: true });
  if (!checked.success) throw invalid(faultsOf(checked.error));
  const file = rowsAsFile(checked.data.rows, 'rows');
  if (file.header.length === 0) throw invalid([problemError('required', { field: 'rows.0' })]);
  return validate(asker(context, request), checked.data, file, async () => undefined);
}

async function validate(
  by: Asker,
  fields: Choice,
  file: CsvFile,
  assertWhole: () => Promise<void>,
): Promise<ValidationResult> {
  return dryRun(by, async (asked) => {
    const { tx, engine, actor } = asked;
    const kind = kindOfTarget(engine, await targetOf(tx, actor, fields));
    const mapping = await chosenMapping(tx, actor, fields);
    const staged = await stageImport(asked, {
      kind: kind.name,
      name: 'Validation',
      params: {},
      mapping,
      file,
      fileName: '',
    });
    await assertWhole();
    return viewValidation(asked, await planIn(asked, staged));
  });
}

async function targetOf(tx: OrgTransaction, actor: Actor, fields: Choice): Promise<string> {
  if (fields.target_model !== undefined) return fields.target_model;
  return fields.mapping_id === undefined ? 'User' : (await getMapping(tx, actor, fields.mapping_id)).target_model;
}
