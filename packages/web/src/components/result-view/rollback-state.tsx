import type { BulkOperation } from '@muster/contract';
import { Notice } from '../notice.tsx';

const WORDS = {
  none: null,
  in_progress: 'This operation is being undone.',
  rolled_back: 'This operation was undone.',
  partly_rolled_back: 'This operation was undone in part; what somebody changed afterwards was kept.',
} as const;

export function RollbackState({ operation }: { readonly operation: BulkOperation }) {
  const words = WORDS[operation.rollback_status];
  return words === null ? null : <Notice tone="calm" title={words} />;
}
