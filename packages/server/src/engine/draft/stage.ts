/**
 * The rows of a file on their way into a plan: read, mapped and written to `staging` by COPY, block by block, so that
 * memory does not grow with the file. The cells stay as they were in the file, for reports and retries; values of
 * password columns are never written.
 */
import { isSecretName } from '@muster/contract';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sql } from 'kysely';
import { from as copyFrom } from 'pg-copy-streams';
import { rows, type OrgTransaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import type { CsvFile, CsvRow, RowFault } from '../../formats/csv/read-csv.ts';
import { compileMapping, type MappedRow, type RowMapper } from '../../formats/mapping/mapping.ts';
import { mappingSchema, type Mapping } from '../../formats/mapping/schema.ts';
import { tallyRows, type RowTally } from '../../formats/reading/row-tally.ts';
import type { RowReading } from '../kind.ts';
import type { Operation } from '../operation.ts';
import { HAS_FAILED } from '../report.ts';
import { fileInput } from '../operation.ts';
import { chosen } from '../report.ts';

const PAGE_ROWS = 5_000;
const NOTHING: MappedRow = { values: {}, faults: [], warnings: [] };

/**
 * Stages a file for an operation within the caller's transaction; a file that breaks off leaves nothing.
 * @returns how many rows there are, and what they hold.
 * @throws FileProblem, MappingProblem
 */
export async function stageFile(
  tx: OrgTransaction,
  operationId: string,
  file: CsvFile,
  mapping: Mapping,
  reading: RowReading,
): Promise<RowTally> {
  const mapper = compileMapping(mapping, file.header, reading.fields);
  const { encode, tally } = rowEncoder(tx.orgId, operationId, file.header, mapper, reading);
  async function* lines(): AsyncGenerator<string> {
    for await (const block of file.blocks) yield block.map(encode).join('');
  }
  await copyLines(tx, lines());
  return tally;
}

/** Maps the staged rows of a draft anew, after its mapping was changed. Rows that are broken in the file stay so. */
export async function remapRows(tx: OrgTransaction, operation: Operation, reading: RowReading): Promise<RowTally> {
  const { header } = fileInput(operation);
  const mapper = compileMapping(mappingSchema.parse(operation.mapping), header, reading.fields);
  const { encode, tally } = rowEncoder(tx.orgId, operation.id, header, mapper, reading);
  for await (const page of stagedPages(tx, operation.id, sql`true`)) {
    const rowNos = page.map((row) => row.rowNo);
    await rows(
      tx,
      sql`
      delete from staged_rows where org_id = ${tx.orgId} and operation_id = ${operation.id} and row_no = any(${rowNos}::int[])`,
    );
    await copyLines(tx, [page.map(encode).join('')]);
  }
  return tally;
}

/** Which failed items run again, and what is put right in them. */
export interface RetryRequest {
  /** Only these items; all failed ones when left out. */
  readonly itemNos?: readonly number[] | undefined;
  /** Corrected input by item key: for a file `{column: value}` by row number, otherwise the kind's own parameters. */
  readonly corrections?: Readonly<Record<string, unknown>> | undefined;
}

/** Copies the failed rows of one operation to another, with corrected cells: `{"17": {"Mail": "ana@example.org"}}`. */
export async function restageFailedRows(
  tx: OrgTransaction,
  reading: RowReading,
  from: Operation,
  to: Operation,
  request: RetryRequest,
): Promise<void> {
  const { header } = fileInput(from);
  const mapper = compileMapping(mappingSchema.parse(from.mapping), header, reading.fields);
  const { encode } = rowEncoder(tx.orgId, to.id, header, mapper, reading);
  const failed = sql`row_no in (
    select i.row_no from operation_items i where i.org_id = ${tx.orgId} and i.operation_id = ${from.id} and ${HAS_FAILED}
      and ${chosen(request.itemNos)})`;
  for await (const page of stagedPages(tx, from.id, failed)) {
    const corrected = page.map((row) => correct(row, header, request.corrections?.[String(row.rowNo)]));
    await copyLines(tx, [corrected.map(encode).join('')]);
  }
}

/** A row that somebody put right counts as read anew: what was wrong with it in the file is settled. */
function correct(row: CsvRow, header: readonly string[], correction: unknown): CsvRow {
  if (typeof correction !== 'object' || correction === null) return row;
  const values = new Map<string, unknown>(Object.entries(correction));
  const cells = row.cells.map((cell, at) => {
    const value = values.get(header[at] ?? '');
    return typeof value === 'string' || typeof value === 'number' ? String(value) : cell;
  });
  return { rowNo: row.rowNo, line: row.line, cells };
}

/** Rows as they were read. Of what is wrong with them, only what was wrong before their fields were looked at. */
async function* stagedPages(
  tx: OrgTransaction,
  operationId: string,
  condition: ReturnType<typeof sql>,
): AsyncGenerator<CsvRow[]> {
  for (let after = 0; ;) {
    const page = await rows(
      tx,
      sql<{ row_no: number; cells: string[]; fault: RowFault | null }>`
      select row_no, cells, (
        select noted from jsonb_array_elements(coalesce(faults, '[]') || coalesce(warnings, '[]')) noted
        where noted ? 'severity' limit 1) as fault
      from staged_rows
      where org_id = ${tx.orgId} and operation_id = ${operationId} and row_no > ${after} and ${condition}
      order by row_no limit ${PAGE_ROWS}`,
    );
    if (page.length === 0) return;
    after = page.at(-1)?.row_no ?? after;
    yield page.map(({ row_no: rowNo, cells, fault }) => ({
      rowNo,
      line: 0,
      cells,
      ...(fault === null ? {} : { fault }),
    }));
  }
}

async function copyLines(tx: OrgTransaction, lines: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const copy = tx.client.query(
    copyFrom('copy staging (org_id, operation_id, row_no, cells, clean, keys, new_id, faults, warnings) from stdin'),
  );
  await pipeline(Readable.from(lines), copy);
}

/** One row as a line of COPY's text format; counts along what the rows hold. */
function rowEncoder(
  orgId: string,
  operationId: string,
  header: readonly string[],
  mapper: RowMapper,
  reading: RowReading,
): { encode: (row: CsvRow) => string; tally: RowTally } {
  const { tally, add } = tallyRows(header, reading.fields);
  const secret = header.flatMap((name, at) => (isSecretName(name) ? [at] : []));
  const prefix = `${orgId}\t${operationId}\t`;
  const encode = (row: CsvRow): string => {
    // Cells of a broken row may stand in the wrong columns: they are kept for showing and never read.
    const isBroken = row.fault?.severity === 'error';
    const mapped = isBroken ? NOTHING : mapper(row.cells);
    const values = reading.complete(mapped.values);
    add(row.cells, isBroken ? null : values);
    const cells = secret.length === 0 ? row.cells : row.cells.map((cell, at) => (secret.includes(at) ? '' : cell));
    const faults: unknown[] = isBroken ? [row.fault] : mapped.faults;
    const warnings: unknown[] =
      row.fault !== undefined && !isBroken ? [row.fault, ...mapped.warnings] : mapped.warnings;
    return `${prefix}${String(row.rowNo)}\t${json(cells)}\t${json(values)}\t${textArray(reading.keys(values))}\t${newId()}\t${list(faults)}\t${list(warnings)}\n`;
  };
  return { encode, tally };
}

/** JSON has no raw tabs or line breaks; only its backslashes mean something to COPY. */
function json(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes('\\') ? text.replaceAll('\\', '\\\\') : text;
}

function list(entries: readonly unknown[]): string {
  return entries.length === 0 ? '\\N' : json(entries);
}

const SPECIAL = /[\\"\t\n\r]/;

/** An array literal within COPY: quoted once for the array, once for COPY. */
function textArray(values: readonly (string | null)[]): string {
  if (values.every((value) => value === null || !SPECIAL.test(value)))
    return `{${values.map((value) => (value === null ? 'NULL' : `"${value}"`)).join(',')}}`;
  const quoted = values.map((value) =>
    value === null ? 'NULL' : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
  );
  return `{${quoted.join(',')}}`
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
}
