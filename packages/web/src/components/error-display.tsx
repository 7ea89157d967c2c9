import { Button, Text } from '@mantine/core';
import { ApiProblem } from '../api/api-problem.ts';
import { Notice } from './notice.tsx';

interface ErrorDisplayProps {
  readonly error: Error;
  /** Offers to do it again; for what was only read. */
  readonly onRetry?: () => void;
}

/** What went wrong, where, and how to correct it; stands next to its cause. */
export function ErrorDisplay({ error, onRetry }: ErrorDisplayProps) {
  return (
    <Notice tone="bad" title={titleOf(error)} role="alert">
      {error instanceof ApiProblem ? <Faults problem={error} /> : <Text size="sm">{advice(error)}</Text>}
      {onRetry === undefined ? null : (
        <Button variant="default" size="xs" mt="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Notice>
  );
}

function Faults({ problem }: { readonly problem: ApiProblem }) {
  const [first, ...others] = problem.errors;
  if (first !== undefined && others.length === 0 && first.message === problem.message) {
    return <Text size="sm">{first.correction}</Text>;
  }
  return (
    <ul>
      {problem.errors.map((fault, at) => (
        <li key={at}>
          {`${fault.message} `}
          <Text span inherit c="dimmed">
            {fault.correction}
          </Text>
        </li>
      ))}
    </ul>
  );
}

function titleOf(error: Error): string {
  if (error instanceof ApiProblem) return error.message;
  return isUnreachable(error) ? 'The server does not answer.' : 'This page could not be shown.';
}

function advice(error: Error): string {
  return isUnreachable(error)
    ? 'Check the connection and try again. Operations that run go on without this page.'
    : 'Load the page again. If it stays, tell your administrator what you were doing.';
}

/** What `fetch` throws when there is no answer at all. */
function isUnreachable(error: Error): boolean {
  return error instanceof TypeError;
}
