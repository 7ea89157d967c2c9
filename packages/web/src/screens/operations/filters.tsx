import { BULK_STATUSES } from '@muster/contract';
import { Group, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useKinds } from '../../api/operation-queries.ts';
import { ALL_KINDS, type ListFilter } from '../../api/operations.ts';
import { STATUS_LABELS } from '../../words/operations.ts';

const TYPING_MS = 300;

interface FiltersProps {
  readonly filter: ListFilter;
  /** Begins at the first page again. */
  readonly onFilter: (filter: ListFilter) => void;
}

export function Filters({ filter, onFilter }: FiltersProps) {
  const { data: kinds = [] } = useKinds();
  const change = (changed: ListFilter): void => {
    const { status, operation_type: kind, search } = { ...filter, ...changed };
    onFilter({ status: given(status), operation_type: given(kind), search: given(search) });
  };
  const search = useDebouncedCallback((text: string) => change({ search: text }), TYPING_MS);
  return (
    <Group align="flex-end">
      <TextInput
        label="Search"
        type="search"
        defaultValue={filter.search ?? ''}
        onChange={(event) => search(event.currentTarget.value)}
      />
      <NativeSelect
        label="Status"
        value={filter.status ?? ''}
        data={[
          { value: '', label: 'All' },
          ...BULK_STATUSES.map((status) => ({ value: status, label: STATUS_LABELS[status] })),
        ]}
        onChange={(event) => change({ status: event.currentTarget.value })}
      />
      <NativeSelect
        label="Kind"
        value={filter.operation_type ?? ''}
        data={[
          { value: '', label: 'All but single edits' },
          { value: ALL_KINDS, label: 'All, single edits too' },
          ...kinds.map(({ name, title }) => ({ value: name, label: title })),
        ]}
        onChange={(event) => change({ operation_type: event.currentTarget.value })}
      />
    </Group>
  );
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
