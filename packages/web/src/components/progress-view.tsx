import { sentenceCase, type BulkOperation, type OperationProgress } from '@muster/contract';
import { Group, Progress, Stack, Text, VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useProgress } from '../api/operation-queries.ts';
import { grouped } from '../words/numbers.ts';
import { clockWords } from '../words/times.ts';
import { Notice } from './notice.tsx';
import { OperationControls } from './operation-controls.tsx';
import { When } from './when.tsx';

const ANNOUNCE_MS = 5_000;

/** An operation that runs, waits or is paused. It goes on without this page. */
export function ProgressView({ operation }: { readonly operation: BulkOperation }) {
  const progress = useProgress(operation);
  const percentage = progress?.progress_percentage ?? operation.progress_percentage;
  const phase = sentenceCase(progress?.current_phase ?? operation.phase);
  const isMoving = operation.status === 'processing';
  return (
    <Stack gap="lg">
      <Stack gap={4}>
        <Group justify="space-between">
          <Text fw={600}>{phase}</Text>
          <Text fw={600}>{`${Math.floor(percentage)} %`}</Text>
        </Group>
        <Progress.Root size="xl">
          <Progress.Section value={percentage} animated={isMoving} aria-label="Progress" />
        </Progress.Root>
        <Announcement text={announcementOf(phase, percentage, progress)} />
      </Stack>
      <Counts operation={operation} progress={progress} />
      {operation.status === 'paused' && operation.error_log !== '' ? (
        <Notice tone="careful" title="It was paused because it could not go on.">
          {operation.error_log}
        </Notice>
      ) : null}
      {operation.scheduled_at !== null && operation.started_at === undefined ? (
        <Text>
          Starts <When iso={operation.scheduled_at} />
        </Text>
      ) : null}
      <Group>
        <OperationControls operation={operation} />
      </Group>
      <Text size="sm" c="dimmed">
        {operation.status === 'paused'
          ? 'Nothing is written until it is resumed; what is done stays. You find it here again.'
          : 'You may leave this page; the operation goes on and you find it here again.'}
      </Text>
    </Stack>
  );
}

interface CountsProps {
  readonly operation: BulkOperation;
  readonly progress: OperationProgress | undefined;
}

function Counts({ operation, progress }: CountsProps) {
  const facts: readonly (readonly [name: string, value: string])[] = [
    [
      'Processed',
      `${grouped(progress?.current_item ?? operation.processed_items)} of ${grouped(operation.total_items)}`,
    ],
    ['Done', grouped(progress?.successful_items ?? operation.successful_items)],
    ['Failed', grouped(progress?.errors_count ?? operation.failed_items)],
    ['Skipped', grouped(progress?.skipped_items ?? operation.skipped_items)],
    [
      'Items a minute',
      progress === undefined || progress.processing_rate === 0 ? '–' : grouped(Math.round(progress.processing_rate)),
    ],
    ['Time left', clockWords(progress?.estimated_remaining ?? '') ?? '–'],
  ];
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function announcementOf(phase: string, percentage: number, progress: OperationProgress | undefined): string {
  const failed = progress?.errors_count ?? 0;
  return `${phase}, ${Math.floor(percentage)} percent${failed === 0 ? '' : `, ${grouped(failed)} failed`}`;
}

/** Read out politely, and not at every step. */
function Announcement({ text }: { readonly text: string }) {
  const [said, setSaid] = useState(text);
  const latest = useRef(text);
  useEffect(() => {
    latest.current = text;
  }, [text]);
  useEffect(() => {
    const timer = setInterval(() => setSaid(latest.current), ANNOUNCE_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {said}
    </VisuallyHidden>
  );
}
