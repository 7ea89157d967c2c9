import type { ImportMapping } from '@muster/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { listMappings, saveMapping } from './mappings.ts';

const MAPPINGS = ['mappings'];

/** Saved mappings for files of a target; none while they are not here yet. */
export function useMappings(target: string): readonly ImportMapping[] {
  const { data } = useQuery({ queryKey: MAPPINGS, queryFn: listMappings });
  return data?.filter((mapping) => mapping.target_model === target) ?? [];
}

export function useSaveMapping(onDone: (saved: ImportMapping) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: saveMapping,
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: MAPPINGS });
      onDone(saved);
    },
  });
}
