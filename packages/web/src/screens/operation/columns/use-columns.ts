import type { BulkOperation, MappableField, MappingRules } from '@muster/contract';
import { useState } from 'react';
import { useAsk, useKind } from '../../../api/operation-queries.ts';
import { readColumns } from '../../../api/operations.ts';
import { columnsOf, isSameReading, mappingOf, saysWhom } from '../../../words/columns.ts';

/** How the columns of a file are read, and how somebody wants them read instead. */
export interface Columns {
  readonly names: readonly string[];
  readonly fields: readonly MappableField[];
  /** What the rows become, such as User. */
  readonly target: string;
  /** As on screen. */
  readonly mapping: MappingRules;
  /** Whether the preview was made with something else. */
  readonly isChanged: boolean;
  /** Whether it is said whom a row means; otherwise no row can be done. */
  readonly isEnough: boolean;
  /** Whether it was read again since this page was opened. */
  readonly isReadAgain: boolean;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly change: (mapping: MappingRules) => void;
  readonly putBack: () => void;
  readonly previewAgain: () => void;
}

/** Null where there is no file whose columns can still be read differently. */
export function useColumns(operation: BulkOperation): Columns | null {
  const { id } = operation;
  const [wanted, setWanted] = useState<MappingRules | null>(null);
  const ask = useAsk(
    id,
    (mapping: MappingRules) => readColumns(id, mapping),
    () => setWanted(null),
  );
  const kind = useKind(operation.operation_type);
  const stored = mappingOf(operation);
  const names = columnsOf(operation);
  const target = kind?.target_model ?? null;
  if (!canBeRead(operation) || kind === undefined || target === null) return null;
  if (stored === null || names.length === 0) return null;
  const mapping = wanted ?? stored;
  const change = (next: MappingRules | null): void => {
    ask.reset();
    setWanted(next);
  };
  return {
    names,
    fields: kind.fields,
    target,
    mapping,
    isChanged: wanted !== null && !isSameReading(wanted, stored),
    isEnough: saysWhom(mapping, kind.fields),
    isReadAgain: ask.isSuccess,
    isPending: ask.isPending,
    error: ask.error,
    change,
    putBack: () => change(null),
    previewAgain: () => ask.once(mapping),
  };
}

/** A retry has taken over rows that were read already. */
function canBeRead({ phase, retry_of: retryOf }: BulkOperation): boolean {
  const isOpen = phase === 'draft' || phase === 'planned' || phase === 'awaiting_approval';
  return isOpen && retryOf === null;
}
