import { NativeSelect } from '@mantine/core';
import { useMappings } from '../../../api/mapping-queries.ts';
import { fittedTo } from '../../../words/columns.ts';
import type { Columns } from './use-columns.ts';

/** Fills the table from a saved mapping, as far as the file has its columns. */
export function SavedMappings({ columns }: { readonly columns: Columns }) {
  const saved = useMappings(columns.target);
  if (saved.length === 0) return null;
  const take = (id: string): void => {
    const chosen = saved.find((mapping) => mapping.id === id);
    if (chosen !== undefined) columns.change(fittedTo(columns.names, chosen));
  };
  return (
    <NativeSelect
      label="Fill in from a saved mapping"
      maw="24rem"
      value=""
      data={[{ value: '', label: 'Choose…' }, ...saved.map(({ id, name }) => ({ value: id, label: name }))]}
      onChange={({ currentTarget }) => take(currentTarget.value)}
    />
  );
}
