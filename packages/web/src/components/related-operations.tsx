import type { BulkOperation } from '@muster/contract';
import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useOperation } from '../api/operation-queries.ts';

/** What an operation takes back or repeats, and what took it back or repeats it: each a link by its name. */
export function RelatedOperations({ operation }: { readonly operation: BulkOperation }) {
  const { undo_of: undoOf, retry_of: retryOf, undone_by: undoneBy, retried_by: retriedBy } = operation;
  const related: readonly (readonly [words: string, ids: readonly string[]])[] = [
    ['Takes back ', undoOf === null ? [] : [undoOf]],
    ['Repeats failed lines of ', retryOf === null ? [] : [retryOf]],
    ['Taken back by ', undoneBy],
    ['Failed lines were repeated in ', retriedBy],
  ];
  return related.flatMap(([words, ids]) => ids.map((id) => <Related key={`${words}${id}`} words={words} id={id} />));
}

function Related({ words, id }: { readonly words: string; readonly id: string }) {
  const { data } = useOperation(id);
  if (data === undefined) return null;
  return (
    <Text>
      {words}
      <Anchor component={Link} to={`/operations/${id}`}>
        {data.operation_name}
      </Anchor>
    </Text>
  );
}
