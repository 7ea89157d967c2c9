import type { BulkOperation } from '@muster/contract';
import { Table } from '@mantine/core';
import { ScrollTable } from '../../components/scroll-table.tsx';
import { counted } from '../../words/numbers.ts';
import { sentenceCase, valueText } from '../../words/operations.ts';

/** Of an import (a retry takes only some of its rows): which file it was and which column was read as what. */
export function FileReading({ operation }: { readonly operation: BulkOperation }) {
  const { file_name: name, header, rows } = operation.input_data;
  if (!Array.isArray(header) || operation.retry_of !== null) return null;
  const { field_mappings: mappings } = operation.mapping_config;
  const fields = new Map(isRecord(mappings) ? Object.entries(mappings) : []);
  const columns = header.map(String);
  const read = columns.filter((column) => fields.has(column)).length;
  return (
    <details>
      <summary>
        {`${valueText(name) ?? 'File'}${typeof rows === 'number' ? `, ${counted(rows, 'row')}` : ''}: ${read} of ${counted(columns.length, 'column')} read`}
      </summary>
      <ScrollTable name="How the file was read" columns={['Column', 'Read as']}>
        {columns.map((column) => {
          const field = valueText(fields.get(column));
          return (
            <Table.Tr key={column}>
              <Table.Td>{column}</Table.Td>
              <Table.Td>{field === null ? 'Left out' : sentenceCase(field)}</Table.Td>
            </Table.Tr>
          );
        })}
      </ScrollTable>
    </details>
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
