/** The pages of docs/problems, made from the catalogs of the contract and of the formats. */
import { PROBLEMS } from '../../packages/contract/src/problems.ts';
import { ROW_FAULT_TEXTS } from '../../packages/server/src/formats/csv/row-faults.ts';
import { FILE_PROBLEM_TEXTS } from '../../packages/server/src/formats/file-problem.ts';
import { FAULT_TEXTS } from '../../packages/server/src/formats/mapping/faults.ts';

interface Page {
  readonly code: string;
  readonly where: string;
  readonly message: string;
  readonly correction: string;
}

/** File name → text, with an index. */
export function problemPages(): Map<string, string> {
  const pages = [...catalogPages(), ...formatPages()].sort((a, b) => (a.code < b.code ? -1 : 1));
  const index = pages.map((page) => `- [\`${page.code}\`](${page.code}.md): ${page.message}`).join('\n');
  const files = new Map(pages.map((page) => [`${page.code}.md`, pageText(page)]));
  return files.set(
    'README.md',
    `# Problems\n\nEvery code that Muster gives, with its words and what to do.\n\n${index}\n`,
  );
}

function pageText(page: Page): string {
  return `# \`${page.code}\`

${page.where}

> ${page.message}

**What to do.** ${page.correction}
`;
}

function catalogPages(): Page[] {
  return Object.entries(PROBLEMS).map(([code, entry]) => ({
    code,
    where:
      entry.status === 200
        ? 'A note on an item; nothing is wrong.'
        : `HTTP status ${String(entry.status)}. \`{words}\` in braces are filled in.`,
    message: entry.message,
    correction: entry.correction,
  }));
}

const SAMPLE = {
  code: 'required' as const,
  field: 'the field',
  value: 'the value',
  params: { column: 1, expected: 3, found: 4, min: 1, max: 10, format: 'YYYY-MM-DD', other: 'another field' },
};

function formatPages(): Page[] {
  const known = new Set<string>(Object.keys(PROBLEMS));
  const fields = Object.entries(FAULT_TEXTS).map(([code, text]) => ({
    code,
    where: 'Said of one cell of a file.',
    message: text.message(SAMPLE),
    correction: text.suggestion ?? 'Correct the cell and retry the row.',
  }));
  const rows = Object.entries(ROW_FAULT_TEXTS).map(([code, text]) => ({
    code,
    where: 'Said of one row of a file.',
    message: text.message(SAMPLE.params),
    correction: text.suggestion,
  }));
  const files = Object.entries(FILE_PROBLEM_TEXTS).map(([code, text]) => ({
    code,
    where: 'HTTP status 400 or 415: the whole file is refused, nothing is kept.',
    message: text.message({ line: 1, byte: 0, max: 1, expected: 'what was expected', found: 'what was found' }),
    correction: text.correction,
  }));
  return [...fields, ...rows, ...files].filter((page) => !known.has(page.code));
}
