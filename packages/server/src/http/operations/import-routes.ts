/** Files of records on their way in: staged when they have arrived, then planned like any other operation. */
import { bulkOperation, importPreview, type BulkOperation, type ImportPreview } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Asked, type Operation, plan, planIn, dryRun } from '../../engine/index.ts';
import { openCsv, type CsvFile } from '../../formats/csv/read-csv.ts';
import type { Kind } from '../../engine/kind.ts';
import type { App } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { asker, read, write } from '../every-request/route.ts';
import { dialectOf, importForm, kindOfTarget, type ImportFields } from './import-form.ts';
import { chosenMapping } from '../../operations/mappings.ts';
import { viewOperation } from './operation-view.ts';
import { stageImport } from '../../operations/import.ts';
import { withUpload, type Upload, type UploadDoor } from './upload.ts';
import { viewImportPreview } from './validation.ts';

export function importRoutes(app: App, door: UploadDoor): void {
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
      const answer = await importFile(request, door, importForm);
      return 'operation_id' in answer ? reply.code(201).send(answer) : reply.code(200).send(answer);
    },
  );

  const userForm = importForm.extend({ target_model: z.literal('User').default('User') });
  app.post(
    '/api/bulk/users/import',
    { ...asItArrives, schema: schemaOf('Import people; the fields come before the file', userForm) },
    async (request, reply) => {
      const answer = await importFile(request, door, userForm);
      return 'operation_id' in answer ? reply.code(201).send(answer) : reply.code(200).send(answer);
    },
  );
}

async function importFile(
  request: FastifyRequest,
  door: UploadDoor,
  form: z.ZodType<ImportFields>,
): Promise<BulkOperation | ImportPreview> {
  const { context } = door;
  return withUpload(door, request, form, async (upload) => {
    const { fields } = upload;
    const kind = kindOfTarget(context.engine, fields.target_model);
    const mapping = await read(context, request, ({ tx, actor }) => chosenMapping(tx, actor, fields));
    return upload.receive(async (source) => {
      const file = await openCsv(source, dialectOf(fields));
      const stage = (asked: Asked) => stageUpload(asked, upload, { kind, mapping, file });
      if (fields.dry_run) {
        return dryRun(asker(context, request), async (asked) => {
          const staged = await stage(asked);
          return viewImportPreview(asked, await planIn(asked, staged));
        });
      }
      return write(context, request, async (asked) => viewOperation(asked, await plan(asked, await stage(asked))));
    });
  });
}

async function stageUpload(
  asked: Asked,
  { fields, fileName }: Upload<ImportFields>,
  { kind, mapping, file }: { kind: Kind; mapping: Record<string, unknown>; file: CsvFile },
): Promise<Operation> {
  return stageImport(asked, {
    kind: kind.name,
    name: fields.operation_name ?? `${kind.title}: ${fileName}`.slice(0, 200),
    description: fields.description,
    params: { ...fields.parameters, conflict_rule: fields.conflict_rule },
    mapping,
    file,
    fileName,
  });
}
