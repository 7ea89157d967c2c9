import type { OperationPreview } from '@muster/contract';
import { Notice } from '../notice.tsx';

/** What somebody should know before going on: no way back, or a large share of everything. */
export function PlanConcerns({ preview }: { readonly preview: OperationPreview }) {
  return (
    <>
      {preview.reversible ? null : (
        <Notice tone="careful" title="This cannot be undone.">
          {preview.irreversible_reason}
        </Notice>
      )}
      {preview.guards.map(({ code, message }) => (
        <Notice key={code} tone="careful" title={message} />
      ))}
    </>
  );
}
