import { sentenceCase, type ItemChange, type OperationItem } from '@muster/contract';
import { Drawer, Stack, Table, Text, Title, VisuallyHidden } from '@mantine/core';
import { valueText } from '../words/operations.ts';
import { ItemNotes } from './item-notes.tsx';

export interface ItemWithChanges {
  readonly item: Omit<OperationItem, 'result_data'>;
  readonly changes: readonly ItemChange[];
}

interface ChangesDrawerProps {
  readonly shown: ItemWithChanges | null;
  readonly onClose: () => void;
}

/** One item, field by field, before and after. */
export function ChangesDrawer({ shown, onClose }: ChangesDrawerProps) {
  return (
    <Drawer
      opened={shown !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={shown?.item.label ?? ''}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {shown === null ? null : (
        <Stack>
          <ItemNotes item={shown.item} />
          {shown.changes.length === 0 ? <Text>Nothing is changed.</Text> : null}
          {shown.changes.map((change) => (
            <Change key={`${change.entity} ${change.entity_id}`} change={change} />
          ))}
        </Stack>
      )}
    </Drawer>
  );
}

const CHANGE_WORDS = { insert: 'new', update: 'changed', delete: 'removed' } as const;

function Change({ change }: { readonly change: ItemChange }) {
  const title = `${sentenceCase(change.entity)}: ${CHANGE_WORDS[change.action]}`;
  return (
    <section>
      <Title order={3} size="h5">
        {title}
      </Title>
      <Table aria-label={title}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Field</Table.Th>
            <Table.Th scope="col">Before</Table.Th>
            <Table.Th scope="col">After</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {change.fields.map(({ field, before, after }) => (
            <Table.Tr key={field}>
              <Table.Th scope="row">{sentenceCase(field)}</Table.Th>
              <Table.Td className="before">
                <Value value={before} />
              </Table.Td>
              <Table.Td>
                <Value value={after} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Value({ value }: { readonly value: unknown }) {
  const text = valueText(value);
  if (text !== null) return text;
  return (
    <>
      <span aria-hidden="true">–</span>
      <VisuallyHidden>empty</VisuallyHidden>
    </>
  );
}
