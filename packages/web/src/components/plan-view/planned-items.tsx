import { sentenceCase, type PlannedItem } from '@muster/contract';
import { Anchor, Table } from '@mantine/core';
import { useState } from 'react';
import { actionWords, valueText } from '../../words/operations.ts';
import { ChangesDrawer } from '../changes-drawer.tsx';
import { ItemNotes } from '../item-notes.tsx';
import { ScrollTable } from '../scroll-table.tsx';
import { Status } from '../status.tsx';

const FIELDS_NAMED_MAX = 3;

/** One line an item: what happens to it and why; its name opens the fields, before and after. */
export function PlannedItems({ items }: { readonly items: readonly PlannedItem[] }) {
  const [shown, setShown] = useState<PlannedItem | null>(null);
  return (
    <>
      <ScrollTable name="Planned items" columns={['Row', 'Who or what', 'Action', 'Changes and reasons']}>
        {items.map((item) => (
          <Table.Tr key={item.id}>
            <Table.Td className="row-number">{item.item_index}</Table.Td>
            <Table.Td>
              <Anchor component="button" type="button" inherit ta="start" onClick={() => setShown(item)}>
                {item.label}
              </Anchor>
            </Table.Td>
            <Table.Td>
              <Status {...actionWords(item.action)} />
            </Table.Td>
            <Table.Td>
              <ItemNotes item={item} />
              {changesInShort(item)}
            </Table.Td>
          </Table.Tr>
        ))}
      </ScrollTable>
      <ChangesDrawer
        shown={shown === null ? null : { item: shown, changes: shown.changes }}
        onClose={() => setShown(null)}
      />
    </>
  );
}

/** `E-mail: ana@old.org → ana@new.org`; of something new only the names of its fields. */
function changesInShort({ changes }: PlannedItem): string {
  const fields = changes.flatMap((change) =>
    change.fields.map((field) => ({ ...field, isUpdate: change.action === 'update' })),
  );
  const named = fields.slice(0, FIELDS_NAMED_MAX).map(({ field, before, after, isUpdate }) => {
    const now = valueText(after) ?? 'empty';
    return isUpdate
      ? `${sentenceCase(field)}: ${valueText(before) ?? 'empty'} → ${now}`
      : `${sentenceCase(field)}: ${now}`;
  });
  const more = fields.length - named.length;
  return `${named.join(' · ')}${more > 0 ? ` · and ${more} more` : ''}`;
}
