/**
 * A form with a file. It is received whole before anything is done with it: how fast a client sends decides nothing but
 * when that client has its answer.
 */
import type { Readable } from 'node:stream';
import type { Multipart, MultipartFile } from '@fastify/multipart';
import {
  BODY_JSON,
  FREE_JSON,
  invalid,
  invalidField,
  jsonFault,
  jsonTextFault,
  LIMITS,
  Problem,
  problemError,
} from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { faultsOf } from '../../engine/index.ts';
import { actorOf, type HttpContext } from '../every-request/context.ts';
import { spooled } from './spool.ts';
import type { UploadTurns } from './upload-turns.ts';

export interface Upload<Fields> {
  readonly fields: Fields;
  readonly fileName: string;
  /**
   * Lets the rest arrive, then waits for a turn and hands over the file, which is read as it is asked for.
   * @throws Problem when it did not arrive whole, or when fields came after it.
   */
  readonly receive: <Result>(work: (file: Readable) => Promise<Result>) => Promise<Result>;
}

/** What all routes that take files share. */
export interface UploadDoor {
  readonly context: HttpContext;
  readonly turns: UploadTurns;
}

const FIELD_BYTES_MAX = 1_048_576;
/** Fields that hold JSON, as text or with a type of their own. */
const JSON_FIELDS = new Set(['mapping', 'parameters']);

/**
 * Reads a form up to its file; `work` looks at the fields, so that what is wrong with them is said before the file has
 * arrived, and receives it.
 * @throws Problem `validation_failed`, `too_large`, `upload_incomplete`, `too_many_uploads`
 */
export async function withUpload<Schema extends z.ZodType, Result>(
  { context, turns }: UploadDoor,
  request: FastifyRequest,
  schema: Schema,
  work: (upload: Upload<z.output<Schema>>) => Promise<Result>,
): Promise<Result> {
  if (!request.isMultipart())
    throw new Problem('unsupported_format', {
      found: request.headers['content-type'] ?? 'nothing',
      expected: 'multipart/form-data',
    });
  const { orgId } = await actorOf(request);
  const { uploadBytesMax: bytesMax = LIMITS.uploadBytesMax, spoolDir } = context.settings;
  return turns.underWay(orgId, async () => {
    try {
      const parts = request.parts({ limits: { fileSize: bytesMax, fieldSize: FIELD_BYTES_MAX, files: 1 } });
      const { fields, file } = await readFields(parts);
      const checked = schema.safeParse(fields, { reportInput: true });
      const faults = checked.success ? [] : faultsOf(checked.error);
      if (file === null) faults.push(problemError('required', { field: 'file' }));
      if (!checked.success || file === null) throw invalid(faults.map(file === null ? (fault) => fault : beforeFile));
      return await work({
        fields: checked.data,
        fileName: file.filename,
        receive: (reading) =>
          spooled(file.file, spoolDir, async (open) => {
            await assertWhole(file, parts, bytesMax);
            return turns.worked(orgId, () => reading(open()));
          }),
      });
    } catch (error) {
      throw isCutOff(error) ? new Problem('upload_incomplete', { field: 'file' }) : error;
    } finally {
      letRunThrough(request);
    }
  });
}

/** What nobody reads of a refused upload goes nowhere, so that the answer is heard and the connection stays of use. */
function letRunThrough({ raw }: FastifyRequest): void {
  raw.unpipe();
  raw.resume();
}
async function readFields(
  parts: AsyncIterator<Multipart>,
): Promise<{ fields: Record<string, unknown>; file: MultipartFile | null }> {
  const fields: Record<string, unknown> = {};
  for (;;) {
    const next = await parts.next();
    if (next.done === true) return { fields, file: null };
    const part = next.value;
    if (part.type === 'file') {
      if (part.fieldname !== 'file') throw invalidField(part.fieldname, 'the file belongs in the field `file`');
      return { fields, file: part };
    }
    if (part.valueTruncated) throw invalidField(part.fieldname, `it is longer than ${String(FIELD_BYTES_MAX)} bytes`);
    fields[part.fieldname] = JSON_FIELDS.has(part.fieldname) ? parsed(part.fieldname, part.value) : part.value;
  }
}

function parsed(field: string, value: unknown): unknown {
  const fault = typeof value === 'string' ? jsonTextFault(value, BODY_JSON) : jsonFault(value, FREE_JSON);
  if (fault !== null) throw invalidField(field, fault);
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw invalidField(field, 'it is not JSON');
  }
}

function beforeFile<Fault extends { code: string; correction: string }>(fault: Fault): Fault {
  return fault.code === 'required'
    ? { ...fault, correction: `${fault.correction} Fields must come before the file.` }
    : fault;
}

async function assertWhole({ file }: MultipartFile, parts: AsyncIterator<Multipart>, bytesMax: number): Promise<void> {
  if (file.truncated) throw new Problem('too_large', { field: 'file', limit_bytes: bytesMax });
  for (;;) {
    const next = await parts.next();
    if (next.done === true) return;
    throw invalidField(next.value.fieldname, 'fields must come before the file, and there is one file');
  }
}

function isCutOff(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return (
    code === 'FST_MP_PREMATURE_CLOSE' ||
    /terminated early|Unexpected end of multipart|aborted|premature close/i.test(error.message)
  );
}
