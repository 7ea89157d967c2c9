import { Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { timeLeft } from '../../words/times.ts';
import { Notice } from '../notice.tsx';

const TICK_MS = 10_000;

/** In words; undefined where there is no end, null once it has passed. */
export function useTimeLeft(untilIso: string | null): string | null | undefined {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return untilIso === null ? undefined : timeLeft(untilIso, nowMs);
}

export function PlanExpiry({ left }: { readonly left: string | null | undefined }) {
  if (left === undefined) return null;
  if (left === null) {
    return (
      <Notice tone="careful" title="This preview is too old to confirm." role="status">
        Preview again; nothing has been changed.
      </Notice>
    );
  }
  return (
    <Text size="sm" c="dimmed">
      {`Nothing has been changed yet. This preview can be confirmed for another ${left}.`}
    </Text>
  );
}
