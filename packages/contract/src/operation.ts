/** The life of an operation, in the words of the database, the API and the screen. */
export const OPERATION_STATUSES = [
  'pending',
  'validating',
  'queued',
  'processing',
  'paused',
  'completed',
  'failed',
  'cancelled',
] as const;
export type OperationStatus = (typeof OPERATION_STATUSES)[number];

export const OPERATION_PHASES = [
  'draft',
  'planning',
  'planned',
  'awaiting_approval',
  'queued',
  'applying',
  'done',
] as const;
export type OperationPhase = (typeof OPERATION_PHASES)[number];

export const ROLLBACK_STATUSES = ['none', 'in_progress', 'rolled_back', 'partly_rolled_back'] as const;
export type RollbackStatus = (typeof ROLLBACK_STATUSES)[number];

export const ITEM_STATUSES = ['pending', 'processing', 'success', 'failed', 'skipped'] as const;
export type ItemStatus = (typeof ITEM_STATUSES)[number];

/** What holds of an item now: its status, until an undo takes back what it did, or some of its rows. */
export const ITEM_STATES = [...ITEM_STATUSES, 'taken_back', 'partly_taken_back'] as const;
export type ItemState = (typeof ITEM_STATES)[number];

/** What happens to a record that was changed after the input was made. */
export const CONFLICT_RULES = ['keep_existing', 'overwrite', 'merge_non_empty', 'fail_item'] as const;

export const LANES = ['small', 'medium', 'large'] as const;
export type Lane = (typeof LANES)[number];

/** Every move an operation may make, with its reason. Whatever is not here is refused with `invalid_state`. */
export const MOVES: readonly { from: OperationStatus; to: OperationStatus; because: string }[] = [
  { from: 'pending', to: 'validating', because: 'a plan is being made in the background' },
  { from: 'validating', to: 'pending', because: 'the plan is made, or could not be made' },
  { from: 'pending', to: 'queued', because: 'the plan was confirmed' },
  { from: 'queued', to: 'processing', because: 'its turn has come' },
  { from: 'processing', to: 'paused', because: 'somebody paused it, or its chunks kept failing' },
  { from: 'queued', to: 'paused', because: 'somebody paused it before its turn' },
  { from: 'paused', to: 'queued', because: 'somebody resumed it' },
  { from: 'processing', to: 'completed', because: 'all items are worked and at least one is done or skipped' },
  { from: 'processing', to: 'failed', because: 'all items are worked and none is done' },
  { from: 'pending', to: 'cancelled', because: 'somebody cancelled or rejected it' },
  { from: 'validating', to: 'cancelled', because: 'somebody cancelled it' },
  { from: 'queued', to: 'cancelled', because: 'somebody cancelled it' },
  { from: 'processing', to: 'cancelled', because: 'somebody cancelled it' },
  { from: 'paused', to: 'cancelled', because: 'somebody cancelled it' },
];

export function canMove(from: OperationStatus, to: OperationStatus): boolean {
  return MOVES.some((move) => move.from === from && move.to === to);
}
