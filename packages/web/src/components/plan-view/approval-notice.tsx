import type { BulkOperation } from '@muster/contract';
import { Button, Group } from '@mantine/core';
import { useAsk } from '../../api/operation-queries.ts';
import { steer } from '../../api/operations.ts';
import { useMe } from '../../api/session-queries.ts';
import { ErrorDisplay } from '../error-display.tsx';
import { Notice } from '../notice.tsx';
import { ReasonButton } from '../reason-button.tsx';
import { When } from '../when.tsx';

/** Who has to approve, the buttons for who may, and when it was approved. */
export function ApprovalNotice({ operation }: { readonly operation: BulkOperation }) {
  const { id, phase, approved_at: approvedAt } = operation;
  const { data: me } = useMe();
  const approve = useAsk(id, () => steer.approve(id));
  const reject = useAsk(id, (reason: string) => steer.reject(id, reason));
  if (phase !== 'awaiting_approval') {
    if (approvedAt === null) return null;
    return (
      <Notice tone="good" title="A second person has approved this.">
        <When iso={approvedAt} />
      </Notice>
    );
  }
  if (me?.user?.id === operation.created_by) {
    return (
      <Notice tone="careful" title="A second person has to approve this first.">
        Ask another administrator of your organization to open this page.
      </Notice>
    );
  }
  return (
    <Notice tone="careful" title={`${operation.created_by_name} asks for your approval.`}>
      <Group mt="xs">
        <Button loading={approve.isPending} onClick={() => approve.once(undefined)}>
          Approve
        </Button>
        <ReasonButton action="Reject" title="Reject this operation" ask={reject} />
      </Group>
      {approve.error === null ? null : <ErrorDisplay error={approve.error} />}
    </Notice>
  );
}
