import { sentenceCase, type MappableField } from '@muster/contract';
import { NativeSelect } from '@mantine/core';
import { withDefault } from '../../../words/columns.ts';
import type { Columns } from './use-columns.ts';

/** What holds for rows of which the file does not say it, such as the role. */
export function AssumedValues({ columns }: { readonly columns: Columns }) {
  return columns.fields
    .filter((field) => field.assumable !== undefined)
    .map((field) => <AssumedValue key={field.name} field={field} columns={columns} />);
}

function AssumedValue({ field, columns }: { readonly field: MappableField; readonly columns: Columns }) {
  const { name, title, assumable = [] } = field;
  const chosen: unknown = columns.mapping.default_values[name];
  const [first = ''] = assumable;
  return (
    <NativeSelect
      label={`${title} of rows that say none`}
      maw="24rem"
      value={assumable.find((value) => [chosen].flat().includes(value)) ?? ''}
      data={[
        { value: '', label: `Not said: who is new becomes ${first}` },
        ...assumable.map((value) => ({ value, label: `Everybody is ${sentenceCase(value).toLowerCase()}` })),
      ]}
      onChange={({ currentTarget }) => columns.change(withDefault(columns.mapping, name, currentTarget.value))}
    />
  );
}
