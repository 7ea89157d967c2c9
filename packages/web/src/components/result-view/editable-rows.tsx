import type { OperationItem } from '@muster/contract';
import { Table, TextInput } from '@mantine/core';
import { valueText } from '../../words/operations.ts';
import { ItemNotes } from '../item-notes.tsx';
import { ScrollTable } from '../scroll-table.tsx';

interface EditableRowsProps {
  readonly items: readonly OperationItem[];
  readonly columns: readonly string[];
  readonly corrections: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly onCorrect: (row: string, column: string, cell: string) => void;
}

/** Rows of a file as they were in it, with every cell open to correction. */
export function EditableRows({ items, columns, corrections, onCorrect }: EditableRowsProps) {
  return (
    <ScrollTable name="Failed rows" columns={['Row', 'What is wrong', ...columns]}>
      {items.map((item) => {
        const row = String(item.item_index);
        return (
          <Table.Tr key={item.id}>
            <Table.Th scope="row">{row}</Table.Th>
            <Table.Td miw="16rem">
              <ItemNotes item={item} />
            </Table.Td>
            {columns.map((column) => (
              <Table.Td key={column}>
                <TextInput
                  className="cell-input"
                  size="xs"
                  aria-label={`${column}, row ${row}`}
                  value={corrections[row]?.[column] ?? valueText(item.item_data[column]) ?? ''}
                  onChange={(event) => onCorrect(row, column, event.currentTarget.value)}
                />
              </Table.Td>
            ))}
          </Table.Tr>
        );
      })}
    </ScrollTable>
  );
}
