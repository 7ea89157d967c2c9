/** A plan for a person: the sentence first, then counts by action and code, each with an example. */
import type { FileReading, ItemChange, OperationPreview, PlannedItem, RollbackPreview } from '@muster/contract';
import { grouped, moment, table, valueText } from './words.ts';

/** The first item of each action and of each code, by their names. */
export interface Examples {
  readonly actions: Readonly<Record<string, PlannedItem | undefined>>;
  readonly codes: Readonly<Record<string, PlannedItem | undefined>>;
}

export function previewText(preview: OperationPreview, examples: Examples): string {
  const { counts, guards, expires_at: expires, reading } = preview;
  const blocks = [
    preview.summary,
    ...(reading === null ? [] : [readingText(reading)]),
    table(actionRows(counts.actions, examples)),
    ...Object.entries(counts.codes).map(([code, count]) => codeText(code, count, examples.codes[code])),
    hiddenText(preview.hidden),
    ...guards.map((guard) => `! ${guard.message}`),
    ...(preview.requires_approval ? ['! A second person has to approve this before it can run.'] : []),
    ...(preview.reversible ? [] : [`! It cannot be undone: ${preview.irreversible_reason ?? 'no way back is known'}`]),
    ...(expires === null ? [] : [`This preview holds until ${moment(expires)}.`]),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** Which column is read as what, and what is to be said of it; `!` stands before what somebody should look at. */
function readingText({ columns, encoding, layout, notes }: FileReading): string {
  const read = columns.filter(({ field }) => field !== null);
  const how = layout === null ? '' : ` as ${layout}`;
  return [
    `Columns: ${read.length} of ${columns.length} read${how} (${encoding})`,
    ...read.map(({ name, field }) => `  ${name} → ${field ?? ''}`),
    ...notes.flatMap(({ needs_look: needsLook, message, correction }) => [
      `${needsLook ? '!' : '-'} ${message}`,
      ...(needsLook && correction !== '' ? [`    → ${correction}`] : []),
    ]),
  ].join('\n');
}

/** What cannot be done comes last. */
function actionRows(counts: Readonly<Record<string, number>>, { actions }: Examples): string[][] {
  const names = Object.keys(counts).sort((a, b) => Number(a === 'error') - Number(b === 'error'));
  return names.map((action) => actionRow(action, counts[action] ?? 0, actions[action]));
}

function actionRow(action: string, count: number, example: PlannedItem | undefined): string[] {
  return [`  ${action}`, grouped(count), example === undefined ? '' : `for example ${exampleText(example)}`];
}

function codeText(code: string, count: number, example: PlannedItem | undefined): string {
  if (example === undefined) return `  ${code}: ${grouped(count)}`;
  const words = example.error_message === '' ? warningWords(code, example) : example;
  return [
    `  ${code}: ${grouped(count)}, for example ${exampleText(example)}`,
    `    ${words.error_message}`,
    ...(words.correction === '' ? [] : [`    → ${words.correction}`]),
  ].join('\n');
}

function warningWords(code: string, item: PlannedItem): { error_message: string; correction: string } {
  const warning = item.warnings.find((one) => one.code === code);
  return { error_message: warning?.message ?? '', correction: warning?.correction ?? '' };
}

/** `Ana Ruiz: grade_level 5 → 6` */
function exampleText(item: PlannedItem): string {
  const changes = item.changes.filter((change) => change.action === 'update').flatMap(fieldTexts);
  const row = item.key !== null && item.key === String(item.item_index) ? `row ${item.key}, ` : '';
  const more = changes.length > 3 ? ', …' : '';
  return `${row}${item.label}${changes.length === 0 ? '' : `: ${changes.slice(0, 3).join(', ')}${more}`}`;
}

function fieldTexts(change: ItemChange): string[] {
  return change.fields.map(({ field, before, after }) => `${field} ${valueText(before)} → ${valueText(after)}`);
}

/** The three parts of an undo: taken back, kept with who changed it, impossible with the reason. */
export function undoPreviewText(preview: RollbackPreview): string {
  const { counts } = preview;
  const part = (title: string, count: number, lines: readonly string[]): string[] => {
    if (count === 0) return [];
    const rest = count - lines.length;
    return [[`${title}: ${grouped(count)}`, ...lines, ...(rest > 0 ? [`  and ${grouped(rest)} more`] : [])].join('\n')];
  };
  return [
    preview.summary,
    hiddenText(preview.hidden),
    ...part(
      'Taken back',
      counts.will_reverse,
      preview.will_reverse.map(({ item }) => `  ${item.label}`),
    ),
    ...part(
      'Kept',
      counts.kept,
      preview.kept.map(({ item, row, what }) => `  ${item.label}${rowName(item, row)}: ${what}`),
    ),
    ...part(
      'Cannot be taken back',
      counts.cannot,
      preview.cannot.map(({ item, row, why }) => `  ${item.label}${rowName(item, row)}: ${why}`),
    ),
  ]
    .filter((block) => block !== '')
    .join('\n\n');
}

/** What a list leaves out is said with it. */
export function hiddenText(count: number): string {
  return count === 0 ? '' : `${grouped(count)} more outside of your units, not shown`;
}

/** The row of an item that stays, where it has a name of its own. */
function rowName(item: { label: string }, row: { label: string } | null): string {
  return row === null || row.label === item.label ? '' : `, ${row.label}`;
}
