import { sentenceCase } from '@muster/contract';
import { Table, Text } from '@mantine/core';
import { differencesOf, type ApiProblem } from '../../api/api-problem.ts';
import { Notice } from '../notice.tsx';
import { ScrollTable } from '../scroll-table.tsx';

/** The data moved on after the preview: what is different now. Nothing was run. */
export function StalePlan({ problem }: { readonly problem: ApiProblem }) {
  const differences = differencesOf(problem);
  return (
    <Notice tone="bad" title={problem.message} role="alert">
      <Text size="sm">Nothing was run. Preview again to see what would happen now.</Text>
      <ScrollTable name="What changed after the preview" columns={['Row', 'Who or what', 'Previewed', 'Now']}>
        {differences.map(({ item_no: itemNo, label, was, now }) => (
          <Table.Tr key={`${itemNo} ${label}`}>
            <Table.Td>{itemNo === 0 ? '' : itemNo}</Table.Td>
            <Table.Td>{label}</Table.Td>
            <Table.Td>{sentenceCase(was ?? 'not there')}</Table.Td>
            <Table.Td>{sentenceCase(now ?? 'not there')}</Table.Td>
          </Table.Tr>
        ))}
      </ScrollTable>
    </Notice>
  );
}
