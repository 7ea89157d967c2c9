import type { BulkOperation } from '@muster/contract';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { isBusy, keys } from '../../api/operation-queries.ts';
import { importPeople, listOperations, type ListFilter } from '../../api/operations.ts';

const LIVE_MS = 2_000;
const CALM_MS = 15_000;

/** A page of operations; read again every two seconds while one of them runs. */
export function useOperations(filter: ListFilter) {
  return useQuery({
    queryKey: [...keys.list, filter],
    queryFn: () => listOperations(filter),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) =>
      data?.operations.some((operation) => isBusy(operation)) === true ? LIVE_MS : CALM_MS,
  });
}

export function useImport(onDone: (operation: BulkOperation) => void, onRefused: (error: Error) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: importPeople,
    onSuccess: (operation) => {
      client.setQueryData(keys.one(operation.id), operation);
      void client.invalidateQueries({ queryKey: keys.list });
      onDone(operation);
    },
    onError: onRefused,
  });
}
