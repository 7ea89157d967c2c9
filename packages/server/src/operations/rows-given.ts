import { COLUMNS_MAX } from '../formats/csv/header.ts';
import type { CsvFile } from '../formats/csv/read-csv.ts';
import { BODY_JSON, FREE_JSON, invalid, invalidField, jsonFault, problemError } from '@muster/contract';
import { asObject } from './stored.ts';

/** A cell may be as deep as whatever else is free; the list and its rows stand around it. */
const ROWS_JSON = { ...BODY_JSON, bytesMax: Infinity, depthMax: FREE_JSON.depthMax + 1 };

/** Each column is a cell of each row, given or not: few values can make very many. */
const CELLS_MAX = 2_000_000;

/** Rows of a request (`[{column: value}]`) as if they came from a file; the columns are those that any row has. */
export function rowsAsFile(rows: readonly unknown[], field: string): CsvFile {
  const fault = jsonFault(rows, ROWS_JSON);
  if (fault !== null) throw invalidField(field, fault);
  const broken = rows.findIndex((row) => typeof row !== 'object' || row === null || Array.isArray(row));
  if (broken >= 0) {
    throw invalid([
      problemError('invalid_value', { field: `${field}.${String(broken)}`, reason: 'a row must be an object' }),
    ]);
  }
  const objects = rows.map(asObject);
  const header = [...new Set(objects.flatMap((row) => Object.keys(row)))];
  if (header.length > COLUMNS_MAX)
    throw invalidField(field, `it has more than ${COLUMNS_MAX.toLocaleString('en')} columns`);
  if (header.length * objects.length > CELLS_MAX)
    throw invalidField(field, `it has more than ${CELLS_MAX.toLocaleString('en')} cells; send a file`);
  const block = objects.map((row, at) => ({
    rowNo: at + 1,
    line: at + 1,
    cells: header.map((name) => cellText(row[name])),
  }));
  return {
    dialect: { encoding: 'utf-8', delimiter: ',', hasBom: false, lineEnding: 'lf', sepLine: false },
    header,
    notices: [],
    blocks: (async function* () {
      yield block;
    })(),
  };
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map(cellText).join(';') : JSON.stringify(value);
}
