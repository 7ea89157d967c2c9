import type { BulkOperation, MappableField } from '@muster/contract';
import { NativeSelect, Table } from '@mantine/core';
import { ApiProblem } from '../../../api/api-problem.ts';
import { ScrollTable } from '../../../components/scroll-table.tsx';
import { faultsBeside, withColumn } from '../../../words/columns.ts';
import type { Columns } from './use-columns.ts';
import { useExamples } from './use-examples.ts';

interface ColumnTableProps {
  readonly operation: BulkOperation;
  readonly columns: Columns;
}

/** One line a column: its name, what stands in it, and what it is read as. */
export function ColumnTable({ operation, columns }: ColumnTableProps) {
  const { names, fields, mapping, error } = columns;
  const examples = useExamples(operation, names);
  const choices = choicesOf(fields);
  const faults = error instanceof ApiProblem ? error.errors : [];
  return (
    <ScrollTable name="Columns of the file" columns={['Column', 'For example', 'Read as']}>
      {names.map((name) => {
        const field = mapping.field_mappings[name] ?? '';
        const wrong = faultsBeside(faults, field);
        return (
          <Table.Tr key={name}>
            <Table.Th scope="row" className="column-name">
              {name}
            </Table.Th>
            <Table.Td className="column-example">
              {examples === null ? null : <Example text={examples.get(name)} />}
            </Table.Td>
            <Table.Td className="column-field">
              <NativeSelect
                aria-label={`Read ${name} as`}
                data={choices}
                value={field}
                error={
                  wrong.length === 0
                    ? undefined
                    : wrong.map(({ message, correction }) => `${message} ${correction}`).join(' ')
                }
                onChange={({ currentTarget }) => columns.change(withColumn(mapping, name, currentTarget.value))}
              />
            </Table.Td>
          </Table.Tr>
        );
      })}
    </ScrollTable>
  );
}

function Example({ text }: { readonly text: string | undefined }) {
  return text ?? <span className="calm">empty</span>;
}

/** Fields that say whom a row means stand by themselves. */
function choicesOf(fields: readonly MappableField[]) {
  const named = (identifies: boolean) =>
    fields.filter((field) => field.identifies === identifies).map(({ name, title }) => ({ value: name, label: title }));
  return [
    { value: '', label: 'Left out' },
    { group: 'Says whom a row means', items: named(true) },
    { group: 'Other fields', items: named(false) },
  ];
}
