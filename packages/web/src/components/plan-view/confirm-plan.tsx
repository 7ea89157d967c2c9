import type { BulkOperation, OperationPreview, StartRequest } from '@muster/contract';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { isProblem } from '../../api/api-problem.ts';
import { useAsk } from '../../api/operation-queries.ts';
import { steer } from '../../api/operations.ts';
import { confirmLabel } from '../../words/operations.ts';
import { ErrorDisplay } from '../error-display.tsx';
import { OperationControls } from '../operation-controls.tsx';
import { ApprovalNotice } from './approval-notice.tsx';
import { asksForReading, PlanChecks, typedGuard, type Checks } from './plan-checks.tsx';
import { PlanConcerns } from './plan-concerns.tsx';
import { PlanExpiry, useTimeLeft } from './plan-expiry.tsx';
import { StalePlan } from './stale-plan.tsx';

interface ConfirmPlanProps {
  readonly operation: BulkOperation;
  readonly preview: OperationPreview;
}

/** All that stands between a preview and its run, and the button that says the number. */
export function ConfirmPlan({ operation, preview }: ConfirmPlanProps) {
  const { id, phase } = operation;
  const [checks, setChecks] = useState<Checks>({ typed: '', hasSeenWarnings: false, hasSeenReading: false });
  const start = useAsk(id, (confirmation: StartRequest) => steer.start(id, confirmation));
  const plan = useAsk(id, () => steer.plan(id), start.reset);
  const left = useTimeLeft(preview.expires_at);
  const label = confirmLabel(preview.counts.actions);
  const isStale = isProblem(start.error, 'plan_stale');
  const canConfirm = phase !== 'awaiting_approval' && left !== null && !isStale;
  return (
    <Stack gap="sm">
      <PlanConcerns preview={preview} />
      <ApprovalNotice operation={operation} />
      {label === null ? null : <PlanChecks preview={preview} checks={checks} onCheck={setChecks} />}
      <Refusal error={start.error ?? plan.error} />
      {label === null ? <Text>There is nothing to confirm: no line would change anything.</Text> : null}
      <Group>
        {label !== null && canConfirm ? (
          <Button
            disabled={!isSettled(preview, checks)}
            loading={start.isPending}
            onClick={() => start.once(confirmationOf(preview, checks))}
          >
            {label}
          </Button>
        ) : null}
        <Button variant="default" loading={plan.isPending} onClick={() => plan.once(undefined)}>
          Preview again
        </Button>
        <OperationControls operation={operation} />
      </Group>
      <PlanExpiry left={left} />
    </Stack>
  );
}

function Refusal({ error }: { readonly error: Error | null }) {
  if (error === null) return null;
  return isProblem(error, 'plan_stale') ? <StalePlan problem={error} /> : <ErrorDisplay error={error} />;
}

function isSettled(preview: OperationPreview, { typed, hasSeenWarnings, hasSeenReading }: Checks): boolean {
  const guard = typedGuard(preview);
  const isTyped = guard === undefined || Number(typed.replaceAll(',', '')) === guard.count;
  const isRead = !asksForReading(preview) || hasSeenReading;
  return isTyped && isRead && (preview.counts.warnings === 0 || hasSeenWarnings);
}

/** The preview that was looked at, with whatever it asked for. */
function confirmationOf(preview: OperationPreview, { hasSeenWarnings, hasSeenReading }: Checks): StartRequest {
  const guard = typedGuard(preview);
  return {
    ...(preview.plan_hash === null ? {} : { plan_hash: preview.plan_hash }),
    ...(guard === undefined ? {} : { confirm_count: guard.count }),
    acknowledge_warnings: hasSeenWarnings,
    ...(hasSeenReading ? { accept_reading: true } : {}),
  };
}
