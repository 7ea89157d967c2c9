import type { RollbackPreview } from '@muster/contract';
import { Anchor, Stack, Table, Text, Title } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { grouped } from '../../words/numbers.ts';
import { actionWords } from '../../words/operations.ts';
import { ChangesDrawer, type ItemWithChanges } from '../changes-drawer.tsx';
import { HiddenNote } from '../more-button.tsx';
import { ScrollTable } from '../scroll-table.tsx';
import { Status } from '../status.tsx';

/** The three parts of an undo's preview; of each the first lines. */
export function UndoParts({ preview }: { readonly preview: RollbackPreview }) {
  const [shown, setShown] = useState<ItemWithChanges | null>(null);
  const { counts } = preview;
  return (
    <Stack>
      <Part title="Will be taken back" count={counts.will_reverse} listed={preview.will_reverse.length}>
        <ScrollTable name="Will be taken back" columns={['Who or what', 'Action']}>
          {preview.will_reverse.map((entry) => (
            <Table.Tr key={entry.item.id}>
              <Table.Td>
                <Anchor component="button" type="button" inherit ta="start" onClick={() => setShown(entry)}>
                  {entry.item.label}
                </Anchor>
              </Table.Td>
              <Table.Td>
                <Status {...actionWords(entry.item.action)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </ScrollTable>
      </Part>
      <Part title="Will be kept" count={counts.kept} listed={preview.kept.length}>
        <Reasons
          name="Will be kept"
          rows={preview.kept.map(({ item, row, what }) => [row?.id ?? item.id, nameOf(item, row), what])}
        />
      </Part>
      <Part title="Cannot be taken back" count={counts.cannot} listed={preview.cannot.length}>
        <Reasons
          name="Cannot be taken back"
          rows={preview.cannot.map(({ item, row, why }) => [row?.id ?? item.id, nameOf(item, row), why])}
        />
      </Part>
      <HiddenNote count={preview.hidden} />
      <ChangesDrawer shown={shown} onClose={() => setShown(null)} />
    </Stack>
  );
}

/** A row that stays stands with its item, of which the rest may be taken back. */
function nameOf(item: { label: string }, row: { label: string } | null): string {
  return row === null || row.label === item.label ? item.label : `${item.label}: ${row.label}`;
}

interface PartProps {
  readonly title: string;
  readonly count: number;
  readonly listed: number;
  readonly children: ReactNode;
}

function Part({ title, count, listed, children }: PartProps) {
  if (count === 0) return null;
  return (
    <section>
      <Title order={3} size="h5">{`${title}: ${grouped(count)}`}</Title>
      {children}
      {count > listed ? <Text size="sm" c="dimmed">{`The first ${grouped(listed)} are shown.`}</Text> : null}
    </section>
  );
}

interface ReasonsProps {
  readonly name: string;
  readonly rows: readonly (readonly [id: string, label: string, reason: string])[];
}

function Reasons({ name, rows }: ReasonsProps) {
  return (
    <ScrollTable name={name} columns={['Who or what', 'Why']}>
      {rows.map(([id, label, reason]) => (
        <Table.Tr key={id}>
          <Table.Td>{label}</Table.Td>
          <Table.Td>{reason}</Table.Td>
        </Table.Tr>
      ))}
    </ScrollTable>
  );
}
