/** What screens and components ask about operations, cached by address. All of one operation lies below its id. */
import type { BulkOperation, OperationKind, OperationProgress } from '@muster/contract';
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
} from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import {
  getOperation,
  getPreview,
  getProgress,
  getResults,
  listItems,
  listKinds,
  type ItemFilter,
  type PreviewFilter,
} from './operations.ts';
import { listenToProgress } from './progress-stream.ts';

const POLL_MS = 5_000;
const PLANNING_POLL_MS = 1_000;
const REFRESH_MS = 2_000;

export const keys = {
  list: ['operations'],
  one: (id: string) => ['operation', id],
  part: (id: string, ...part: readonly unknown[]) => ['operation', id, ...part],
} as const;

export function isBusy({ status, phase }: BulkOperation): boolean {
  return status === 'queued' || status === 'processing' || phase === 'planning' || phase === 'draft';
}

export function useKinds() {
  return useQuery({ queryKey: ['kinds'], queryFn: listKinds, staleTime: Infinity });
}

/** By its name or another one; undefined while the kinds are not here yet. */
export function useKind(name: string): OperationKind | undefined {
  const { data } = useKinds();
  return data?.find((kind) => kind.name === name || kind.aliases.includes(name));
}

/** The title of a kind, or its name while the titles are not here yet. */
export function useKindTitle(name: string): string {
  return useKind(name)?.title ?? name.replaceAll('_', ' ');
}

export function useOperation(id: string) {
  return useQuery({
    queryKey: keys.one(id),
    queryFn: () => getOperation(id),
    refetchInterval: ({ state: { data } }) => {
      if (data === undefined || !isBusy(data)) return false;
      return data.status === 'pending' ? PLANNING_POLL_MS : POLL_MS;
    },
  });
}

export function usePreview(id: string, planHash: string | null, filter: PreviewFilter) {
  return useInfiniteQuery({
    queryKey: keys.part(id, 'preview', planHash, filter),
    queryFn: ({ pageParam }) => getPreview(id, filter, pageParam),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
  });
}

export function useItems(id: string, filter: ItemFilter, enabled = true) {
  return useInfiniteQuery({
    queryKey: keys.part(id, 'items', filter),
    queryFn: ({ pageParam }) => listItems(id, filter, pageParam),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useResults(id: string) {
  return useQuery({ queryKey: keys.part(id, 'results'), queryFn: () => getResults(id) });
}

/** Progress as it is sent; asked for every five seconds while nothing is sent. */
export function useProgress(operation: BulkOperation): OperationProgress | undefined {
  const { id, status } = operation;
  const client = useQueryClient();
  const [isStreaming, setStreaming] = useState(false);
  const refreshedMs = useRef(0);
  const { data } = useQuery({
    queryKey: keys.part(id, 'progress'),
    queryFn: () => getProgress(id),
    refetchInterval: isStreaming ? false : POLL_MS,
  });
  useEffect(() => {
    if (status === 'paused') return undefined;
    const receive = (progress: OperationProgress): void => {
      setStreaming(true);
      client.setQueryData(keys.part(id, 'progress'), progress);
    };
    return listenToProgress(id, receive, () => setStreaming(false));
  }, [client, id, status]);
  useEffect(() => {
    if (data === undefined) return;
    const isNews = data.status !== status || Date.now() - refreshedMs.current > REFRESH_MS;
    if (!isNews) return;
    refreshedMs.current = Date.now();
    void client.invalidateQueries({ queryKey: keys.one(id), exact: true });
  }, [client, data, id, status]);
  return data;
}

/**
 * Something asked of an operation, once: while it is under way a second click does nothing.
 *
 * @param onDone - Gets what the server answers, after the pages that show it were told.
 */
export function useAsk<T>(
  id: string,
  ask: (given: T) => Promise<BulkOperation>,
  onDone?: (answer: BulkOperation) => void,
): UseMutationResult<BulkOperation, Error, T> & { readonly once: (given: T) => void } {
  const client = useQueryClient();
  const isUnderWay = useRef(false);
  const mutation = useMutation({
    mutationFn: ask,
    onSuccess: (answer) => {
      client.setQueryData(keys.one(answer.id), answer);
      onDone?.(answer);
    },
    onSettled: () => {
      isUnderWay.current = false;
      void client.invalidateQueries({ queryKey: keys.one(id) });
      void client.invalidateQueries({ queryKey: keys.list });
    },
  });
  const once = (given: T): void => {
    if (isUnderWay.current) return;
    isUnderWay.current = true;
    mutation.mutate(given);
  };
  return { ...mutation, once };
}
