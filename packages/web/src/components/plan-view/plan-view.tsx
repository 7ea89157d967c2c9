import { problemHeading, type BulkOperation } from '@muster/contract';
import { Stack, Text, Title } from '@mantine/core';
import { usePreview } from '../../api/operation-queries.ts';
import type { PreviewFilter } from '../../api/operations.ts';
import { actionWords } from '../../words/operations.ts';
import { Chips, type ChipChoice } from '../chips.tsx';
import { ErrorDisplay } from '../error-display.tsx';
import { Loading } from '../loading.tsx';
import { MoreButton } from '../more-button.tsx';
import { ConfirmPlan } from './confirm-plan.tsx';
import { PlannedItems } from './planned-items.tsx';

interface PlanViewProps {
  readonly operation: BulkOperation;
  readonly filter: PreviewFilter;
  readonly onFilter: (filter: PreviewFilter) => void;
}

/** What an operation would do, and the button that lets it. */
export function PlanView({ operation, filter, onFilter }: PlanViewProps) {
  const preview = usePreview(operation.id, operation.plan_hash, filter);
  const first = preview.data?.pages[0];
  if (preview.error !== null && first === undefined) {
    return <ErrorDisplay error={preview.error} onRetry={() => void preview.refetch()} />;
  }
  if (first === undefined) return <Loading what="the preview" />;
  const items = preview.data?.pages.flatMap((page) => page.items) ?? [];
  const { counts } = first;
  return (
    <Stack gap="lg">
      <p className="sentence">{first.summary}</p>
      <ConfirmPlan key={first.plan_hash} operation={operation} preview={first} />
      <Stack gap="sm">
        <Title order={2} size="h4">
          Line by line
        </Title>
        <Chips
          label="Show by action"
          choices={actionChoices(counts.actions, counts.items)}
          chosen={filter.action}
          onChoose={(action) => onFilter({ action })}
        />
        {Object.keys(counts.codes).length === 0 ? null : (
          <Chips
            label="Show by reason"
            choices={codeChoices(counts.codes)}
            chosen={filter.code}
            onChoose={(code) => onFilter(code === filter.code ? {} : { code })}
          />
        )}
        {items.length === 0 ? <Text>No line is like this.</Text> : <PlannedItems items={items} />}
        <MoreButton
          shown={items.length}
          total={(matching(counts, filter) ?? 0) - first.hidden}
          hidden={first.hidden}
          hasMore={preview.hasNextPage}
          isLoading={preview.isFetchingNextPage}
          onMore={() => void preview.fetchNextPage()}
        />
      </Stack>
    </Stack>
  );
}

type Counted = Readonly<Record<string, number>>;

function actionChoices(actions: Counted, items: number): ChipChoice[] {
  const choices = Object.entries(actions)
    .filter(([, count]) => count > 0)
    .map(([action, count]) => ({ value: action, text: actionWords(action).text, count }));
  return [{ value: undefined, text: 'All', count: items }, ...choices];
}

function codeChoices(codes: Counted): ChipChoice[] {
  return Object.entries(codes).map(([code, count]) => ({ value: code, text: problemHeading(code), count }));
}

/** How many lines the filter lets through. */
function matching(
  counts: { items: number; actions: Counted; codes: Counted },
  { action, code }: PreviewFilter,
): number | undefined {
  if (code !== undefined) return counts.codes[code];
  return action === undefined ? counts.items : counts.actions[action];
}
