/** A form with a file that is read while it arrives: never held in memory, never put on disk. */
import type { Multipart, MultipartFile } from '@fastify/multipart';
import { invalid, invalidField, LIMITS, Problem, problemError } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { faultsOf } from '../../engine/index.ts';

export interface Upload<Fields> {
  readonly fields: Fields;
  readonly file: MultipartFile;
  /** To be called when the file was read. @throws Problem when it did not arrive whole, or when fields came after it. */
  readonly assertWhole: () => Promise<void>;
}

export interface UploadRules<Schema> {
  readonly schema: Schema;
  /** Largest file, in bytes. */
  readonly bytesMax?: number | undefined;
}

const FIELD_BYTES_MAX = 1_048_576;
/** Fields that hold JSON, as text or with a type of their own. */
const JSON_FIELDS = new Set(['mapping', 'parameters']);

/**
 * Reads a form up to its file and lets `work` read the file.
 *
 * All fields must stand before the file: what the rows mean has to be known when the first of them arrives.
 * @throws Problem `validation_failed`, `too_large`, `upload_incomplete`
 */
export async function withUpload<Schema extends z.ZodType, Result>(
  request: FastifyRequest,
  { schema, bytesMax = LIMITS.uploadBytesMax }: UploadRules<Schema>,
  work: (upload: Upload<z.output<Schema>>) => Promise<Result>,
): Promise<Result> {
  if (!request.isMultipart())
    throw new Problem('unsupported_format', {
      found: request.headers['content-type'] ?? 'nothing',
      expected: 'multipart/form-data',
    });
  const parts = request.parts({ limits: { fileSize: bytesMax, fieldSize: FIELD_BYTES_MAX, files: 1 } });
  try {
    const { fields, file } = await readFields(parts);
    const checked = schema.safeParse(fields, { reportInput: true });
    const faults = checked.success ? [] : faultsOf(checked.error);
    if (file === null) faults.push(problemError('required', { field: 'file' }));
    if (!checked.success || file === null) throw invalid(faults.map(file === null ? (fault) => fault : beforeFile));
    return await work({ fields: checked.data, file, assertWhole: () => assertWhole(file, parts, bytesMax) });
  } catch (error) {
    throw isCutOff(error) ? new Problem('upload_incomplete', { field: 'file' }) : error;
  } finally {
    // What nobody read of a refused upload is let run through, so that the answer reaches the client.
    request.raw.resume();
  }
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
