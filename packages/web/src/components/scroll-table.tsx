import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

interface ScrollTableProps {
  /** Read out as the name of the table. */
  readonly name: string;
  readonly columns: readonly ReactNode[];
  readonly children: ReactNode;
}

/** A table that scrolls sideways by itself, also with the arrow keys, where the screen is narrow. */
export function ScrollTable({ name, columns, children }: ScrollTableProps) {
  return (
    <div className="scroll" role="region" aria-label={name} tabIndex={0}>
      <Table
        aria-label={name}
        verticalSpacing="xs"
        highlightOnHover
        highlightOnHoverColor="var(--mantine-color-default-hover)"
      >
        <Table.Thead>
          <Table.Tr>
            {columns.map((column, at) => (
              <Table.Th key={at} scope="col">
                {column}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </div>
  );
}
