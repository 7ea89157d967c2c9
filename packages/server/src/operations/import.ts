import { invalidField } from '@muster/contract';
import {
  type Asked,
  draft,
  type FileInput,
  getKind,
  keepFileInput,
  type NewOperation,
  type Operation,
  stageFile,
} from '../engine/index.ts';
import type { RowReading } from '../engine/kind.ts';
import { FileProblem } from '../formats/file-problem.ts';
import type { CsvFile } from '../formats/csv/read-csv.ts';
import { readingOf } from '../formats/reading/file-reading.ts';
import { givenMapping, isAutomatic, type GivenMapping } from './mapping-given.ts';
import { findMappingFor } from './mappings.ts';
import { asObject } from './stored.ts';

export type NewImport = Omit<NewOperation, 'input' | 'mapping'> & {
  readonly file: CsvFile;
  readonly fileName: string;
  /** As the client gave it; see {@link givenMapping}. */
  readonly mapping: unknown;
};

/** Makes a draft and stages the rows of its file, within the caller's transaction; how they were read is kept with it. */
export async function stageImport(asked: Asked, wanted: NewImport): Promise<Operation> {
  const { tx, engine } = asked;
  const { file, fileName, ...rest } = wanted;
  const rows = getKind(engine, rest.kind).rows;
  if (rows === undefined) throw invalidField('operation_type', 'it reads no file');
  const { mapping, layout, matches, savedMapping } = await mappingFor(asked, wanted.mapping, file, rows);
  const input: FileInput = { file_name: fileName, header: file.header, rows: 0 };
  const operation = await draft(asked, { ...rest, input, mapping });
  const tally = await stageFile(tx, operation.id, file, mapping, rows);
  if (tally.rows === 0) throw new FileProblem('file_without_rows');
  const { header, notices, dialect } = file;
  const { encoding, delimiter } = dialect;
  const facts = {
    header,
    notices,
    encoding,
    delimiter,
    mapping,
    fields: rows.fields,
    tally,
    layout,
    matches,
    savedMapping,
  };
  return keepFileInput(tx, operation, { ...input, rows: tally.rows }, readingOf(facts));
}

/** As it was said; or else as it was saved for a file with the same columns; or else as the columns are called. */
async function mappingFor(
  asked: Asked,
  given: unknown,
  file: CsvFile,
  rows: RowReading,
): Promise<GivenMapping & { savedMapping: string | null }> {
  const said = asObject(given);
  const saved = isAutomatic(said) ? await findMappingFor(asked, rows.target, file.header) : null;
  if (saved === null) return { ...givenMapping(said, file.header, rows.fields), savedMapping: null };
  const { name, rules } = saved;
  const defaults = { ...rules.default_values, ...asObject(said['default_values']) };
  return { ...givenMapping({ ...rules, default_values: defaults }, file.header, rows.fields), savedMapping: name };
}
