import {
  sentenceCase,
  type BulkOperation,
  type FileReading as FileReadingOf,
  type MappingRules,
} from '@muster/contract';
import { Group, Table } from '@mantine/core';
import { useState } from 'react';
import { useKind, usePreview } from '../../api/operation-queries.ts';
import { ScrollTable } from '../../components/scroll-table.tsx';
import { columnsOf, mappingOf, saysWhom } from '../../words/columns.ts';
import { counted } from '../../words/numbers.ts';
import { valueText } from '../../words/operations.ts';
import { ColumnsForm } from './columns/columns-form.tsx';
import { ReadingNotes } from './columns/reading-notes.tsx';
import { SaveMapping } from './columns/save-mapping.tsx';
import type { Columns } from './columns/use-columns.ts';

interface FileReadingProps {
  readonly operation: BulkOperation;
  /** Null where they cannot be read differently, or not any more. */
  readonly columns: Columns | null;
}

/** Of an import (a retry takes only some of its rows): which file it was and which column is read as what. */
export function FileReading({ operation, columns }: FileReadingProps) {
  const mapping = mappingOf(operation);
  if (columnsOf(operation).length === 0 || mapping === null || operation.retry_of !== null) return null;
  return columns === null ? (
    <WasRead operation={operation} mapping={mapping} />
  ) : (
    <CanBeRead operation={operation} columns={columns} />
  );
}

interface CanBeReadProps {
  readonly operation: BulkOperation;
  readonly columns: Columns;
}

/** Stands open once nothing could be done without it, or somebody has to look at it. */
function CanBeRead({ operation, columns }: CanBeReadProps) {
  const reading = useReading(operation);
  const isNeeded = !columns.isEnough || reading?.notes.some((note) => note.needs_look) === true;
  const [isOpen, setOpen] = useState(isNeeded);
  if (isNeeded && !isOpen) setOpen(true);
  return (
    <details open={isOpen}>
      <summary>{summaryOf(operation, columns.mapping)}</summary>
      {reading === null || columns.isChanged ? null : <ReadingNotes reading={reading} />}
      <ColumnsForm operation={operation} columns={columns} reading={reading} />
    </details>
  );
}

/** How the file was read for the present plan; null while that is not here. */
function useReading({ id, plan_hash: planHash }: BulkOperation): FileReadingOf | null {
  const { data } = usePreview(id, planHash, {});
  return data?.pages[0]?.reading ?? null;
}

interface WasReadProps {
  readonly operation: BulkOperation;
  readonly mapping: MappingRules;
}

function WasRead({ operation, mapping }: WasReadProps) {
  const reading = useReading(operation);
  const kind = useKind(operation.operation_type);
  const isWorthKeeping = kind !== undefined && saysWhom(mapping, kind.fields);
  const target = isWorthKeeping ? kind.target_model : null;
  return (
    <details>
      <summary>{summaryOf(operation, mapping)}</summary>
      {reading === null ? null : <ReadingNotes reading={reading} />}
      <ScrollTable name="How the file was read" columns={['Column', 'Read as']}>
        {columnsOf(operation).map((column) => {
          const field = mapping.field_mappings[column];
          return (
            <Table.Tr key={column}>
              <Table.Td>{column}</Table.Td>
              <Table.Td>{field === undefined ? 'Left out' : sentenceCase(field)}</Table.Td>
            </Table.Tr>
          );
        })}
      </ScrollTable>
      {target === null ? null : (
        <Group mt="sm">
          <SaveMapping operation={operation} target={target} rules={mapping} />
        </Group>
      )}
    </details>
  );
}

/** `Columns: 4 of 5 read (autumn.csv, 60 rows)`. */
function summaryOf(operation: BulkOperation, { field_mappings: mappings }: MappingRules): string {
  const { file_name: name, rows } = operation.input_data;
  const columns = columnsOf(operation);
  const read = columns.filter((column) => mappings[column] !== undefined).length;
  const size = typeof rows === 'number' ? `, ${counted(rows, 'row')}` : '';
  return `Columns: ${read} of ${columns.length} read (${valueText(name) ?? 'file'}${size})`;
}
