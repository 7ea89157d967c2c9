import type { BulkOperation, FileReading } from '@muster/contract';
import { Button, Group, Stack, Text } from '@mantine/core';
import { ErrorDisplay } from '../../../components/error-display.tsx';
import { Notice } from '../../../components/notice.tsx';
import { OperationControls } from '../../../components/operation-controls.tsx';
import { defaultsInWords, identifierTitles } from '../../../words/columns.ts';
import { AssumedValues } from './assumed-values.tsx';
import { ColumnTable } from './column-table.tsx';
import { SaveMapping } from './save-mapping.tsx';
import { SavedMappings } from './saved-mappings.tsx';
import type { Columns } from './use-columns.ts';

interface ColumnsFormProps {
  readonly operation: BulkOperation;
  readonly columns: Columns;
  readonly reading: FileReading | null;
}

/** Each column of the file, and the field that it is read as, to be changed by hand. */
export function ColumnsForm({ operation, columns, reading }: ColumnsFormProps) {
  const { mapping, fields, error } = columns;
  const defaults = defaultsInWords(mapping, fields);
  return (
    <Stack gap="sm" mt="sm">
      <Needs columns={columns} />
      <SavedMappings columns={columns} />
      <AssumedValues columns={columns} />
      <ColumnTable operation={operation} columns={columns} reading={reading} />
      {defaults === '' ? null : <Text size="sm" c="dimmed">{`Where the file says nothing: ${defaults}.`}</Text>}
      {error === null ? null : <ErrorDisplay error={error} />}
      <Actions operation={operation} columns={columns} />
      <Text size="sm" role="status">
        {statusOf(columns)}
      </Text>
    </Stack>
  );
}

/** While there is no preview that could be confirmed, also the way out. */
function Actions({ operation, columns }: Omit<ColumnsFormProps, 'reading'>) {
  const { isChanged, isEnough } = columns;
  const isFirst = isChanged || !isEnough;
  return (
    <Group>
      <Button variant={isFirst ? 'filled' : 'default'} loading={columns.isPending} onClick={columns.previewAgain}>
        Preview again with these columns
      </Button>
      {isChanged ? (
        <Button variant="default" onClick={columns.putBack}>
          Put the columns back
        </Button>
      ) : null}
      {isFirst ? (
        <OperationControls operation={operation} />
      ) : (
        <SaveMapping operation={operation} target={columns.target} rules={columns.mapping} />
      )}
    </Group>
  );
}

/** What every row needs; loudly while no column gives it. */
function Needs({ columns }: { readonly columns: Columns }) {
  const titles = identifierTitles(columns.fields);
  if (titles === '') return null;
  const newcomers = columns.target === 'User' ? ' People who are new also need a name.' : '';
  const rule = `Each row has to say whom it means: read one column as ${titles}.${newcomers}`;
  if (columns.isEnough) {
    return (
      <Text size="sm" c="dimmed">
        {rule}
      </Text>
    );
  }
  const isNothingRead = Object.keys(columns.mapping.field_mappings).length === 0;
  return (
    <Notice
      tone="careful"
      title={
        isNothingRead
          ? 'The columns of this file are not known. Say what each of them holds.'
          : 'No column says yet whom a row means.'
      }
    >
      {rule}
    </Notice>
  );
}

function statusOf({ isChanged, isReadAgain, isPending }: Columns): string {
  if (isPending) return 'Reading the file again. Nothing is changed by this.';
  if (isChanged) return 'The columns were changed: preview again to see what would happen.';
  return isReadAgain ? 'The preview below was made with these columns.' : '';
}
