import type { OperationPreview, PlanGuard } from '@muster/contract';
import { Checkbox, TextInput } from '@mantine/core';
import { counted } from '../../words/numbers.ts';

/** What the person has typed and ticked so far. */
export interface Checks {
  readonly typed: string;
  readonly hasSeenWarnings: boolean;
  readonly hasSeenReading: boolean;
}

interface PlanChecksProps {
  readonly preview: OperationPreview;
  readonly checks: Checks;
  readonly onCheck: (checks: Checks) => void;
}

/** A guarded plan wants its number typed, one with warnings wants them looked at. */
export function PlanChecks({ preview, checks, onCheck }: PlanChecksProps) {
  const guard = typedGuard(preview);
  const { warnings } = preview.counts;
  return (
    <>
      {guard === undefined ? null : (
        <TextInput
          label={`Type ${guard.count} to confirm`}
          inputMode="numeric"
          autoComplete="off"
          maw="16rem"
          value={checks.typed}
          onChange={({ currentTarget }) => onCheck({ ...checks, typed: currentTarget.value })}
        />
      )}
      {asksForReading(preview) ? (
        <Checkbox
          label="I have looked at how the file was read, and go on with it"
          checked={checks.hasSeenReading}
          onChange={({ currentTarget }) => onCheck({ ...checks, hasSeenReading: currentTarget.checked })}
        />
      ) : null}
      {warnings === 0 ? null : (
        <Checkbox
          label={`I have looked at the ${counted(warnings, 'warning')} and go on`}
          checked={checks.hasSeenWarnings}
          onChange={({ currentTarget }) => onCheck({ ...checks, hasSeenWarnings: currentTarget.checked })}
        />
      )}
    </>
  );
}

/** Whether somebody has to look at how the file was read. */
export function asksForReading({ reading }: OperationPreview): boolean {
  return reading?.notes.some((note) => note.needs_look) === true;
}

export function typedGuard(preview: OperationPreview): PlanGuard | undefined {
  return preview.guards.find(({ needs }) => needs === 'typed');
}
