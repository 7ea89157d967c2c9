/** Files of records on their way in: staged while they arrive, then planned like any other operation. */
import { bulkOperation, importPreview, type BulkOperation, type ImportPreview } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Asked, type Operation, plan, planIn, dryRun } from '../../engine/index.ts';
import { openCsv, type CsvFile } from '../../formats/csv/read-csv.ts';
import { type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, write } from '../every-request/route.ts';
import { importForm, kindOfTarget, type ImportFields } from './import-form.ts';
import { chosenMapping } from '../../operations/mappings.ts';
import { viewOperation } from './operation-view.ts';
import { stageImport } from '../../operations/import.ts';
import { withUpload, type Upload } from './upload.ts';
import { viewImportPreview } from './validation.ts';

export function importRoutes(app: App, context: HttpContext): void {
  const schemaOf = (summary: string, form: z.ZodObject) => ({
    tags: ['Import'],
    summary,
    consumes: ['multipart/form-data'],
    body: form.extend({ file: z.file() }),
    response: { 200: importPreview, 201: bulkOperation, ...refusals },
  });
  const asItArrives = { validatorCompiler: () => (value: unknown) => ({ value }) };

  app.post(
    '/api/bulk/import',
    { ...asItArrives, schema: schemaOf('Import a file; the fields come before the file', importForm) },
    async (request, reply) => {
      const answer = await importFile(request, context, importForm);
      return 'operation_id' in answer ? reply.code(201).send(answer) : reply.code(200).send(answer);
    },
  );

  const userForm = importForm.extend({ target_model: z.literal('User').default('User') });
  app.post(
    '/api/bulk/users/import',
    { ...asItArrives, schema: schemaOf('Import people; the fields come before the file', userForm) },
    async (request, reply) => {
      const answer = await importFile(request, context, userForm);
      return 'operation_id' in answer ? reply.code(201).send(answer) : reply.code(200).send(answer);
    },
  );
}

async function importFile(
  request: FastifyRequest,
  context: HttpContext,
  form: z.ZodType<ImportFields>,
): Promise<BulkOperation | ImportPreview> {
  const rules = { schema: form, bytesMax: context.settings.uploadBytesMax };
  return withUpload(request, rules, async (upload) => {
    const file = await openCsv(upload.file.file, csvOptions(upload.fields));
    if (upload.fields.dry_run) {
      return dryRun(asker(context, request), async (asked) => {
        const staged = await stageUpload(asked, upload, file);
        return viewImportPreview(asked, await planIn(asked, staged));
      });
    }
    return write(context, request, async (asked) => {
      return viewOperation(asked, await plan(asked, await stageUpload(asked, upload, file)));
    });
  });
}

function csvOptions({ encoding, delimiter }: ImportFields): { encoding?: string; delimiter?: string } {
  return { ...(encoding === undefined ? {} : { encoding }), ...(delimiter === undefined ? {} : { delimiter }) };
}

async function stageUpload(asked: Asked, upload: Upload<ImportFields>, file: CsvFile): Promise<Operation> {
  const { tx, engine, actor } = asked;
  const { fields } = upload;
  const fileName = upload.file.filename;
  const kind = kindOfTarget(engine, fields.target_model);
  const staged = await stageImport(asked, {
    kind: kind.name,
    name: fields.operation_name ?? `${kind.title}: ${fileName}`.slice(0, 200),
    description: fields.description,
    params: { ...fields.parameters, conflict_rule: fields.conflict_rule },
    mapping: await chosenMapping(tx, actor, fields),
    file,
    fileName,
  });
  await upload.assertWhole();
  return staged;
}
