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
import type { CsvFile } from '../formats/csv/read-csv.ts';
import type { Mapping } from '../formats/mapping/schema.ts';
import { givenMapping } from './mapping-given.ts';

export type NewImport = Omit<NewOperation, 'input' | 'mapping'> & {
  readonly file: CsvFile;
  readonly fileName: string;
  /** As the client gave it; see {@link givenMapping}. */
  readonly mapping: unknown;
};

export interface StagedImport {
  readonly operation: Operation;
  readonly mapping: Mapping;
  readonly reading: RowReading;
}

/** Makes a draft and stages the rows of its file, within the caller's transaction. */
export async function stageImport(asked: Asked, wanted: NewImport): Promise<StagedImport> {
  const { tx, engine } = asked;
  const { file, fileName, ...rest } = wanted;
  const reading = getKind(engine, rest.kind).rows;
  if (reading === undefined) throw invalidField('operation_type', 'it reads no file');
  const mapping = givenMapping(wanted.mapping, file.header, reading.fields);
  const input: FileInput = { file_name: fileName, header: file.header, rows: 0 };
  const operation = await draft(asked, { ...rest, input, mapping });
  const rows = await stageFile(tx, operation.id, file, mapping, reading);
  const staged = await keepFileInput(tx, operation, { ...input, rows });
  return { operation: staged, mapping, reading };
}
