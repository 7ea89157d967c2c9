import type { BulkOperation, FileReading, MappableField } from '@muster/contract';
import { NativeSelect, Table } from '@mantine/core';
import { ApiProblem } from '../../../api/api-problem.ts';
import { ScrollTable } from '../../../components/scroll-table.tsx';
import { faultsBeside, withColumn } from '../../../words/columns.ts';
import type { Columns } from './use-columns.ts';
import { useExamples } from './use-examples.ts';

interface ColumnTableProps {
  readonly operation: BulkOperation;
  readonly columns: Columns;
  /** As the columns were read by their names. */
  readonly reading: FileReading | null;
}

/** One line a column: its name, what stands in it, and what it is read as. */
export function ColumnTable({ operation, columns, reading }: ColumnTableProps) {
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
                description={field === '' ? suggestionOf(name, columns, reading) : undefined}
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

/** Said and never chosen: it is for the person to decide. */
function suggestionOf(name: string, { fields }: Columns, reading: FileReading | null): string | undefined {
  const maybe = reading?.columns.find((column) => column.name === name)?.maybe;
  const title = fields.find((field) => field.name === maybe)?.title;
  return title === undefined ? undefined : `Perhaps ${title}: choose it if so.`;
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
