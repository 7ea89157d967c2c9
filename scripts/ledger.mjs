// `npm run ledger [-- --json]`: which rows of the requirement ledgers are proved by a test, and which are open.
//
// A test proves a row by citing it in its name: `it('... [BO-201]')`, `[BO-201, MA-D45]`, `[MA-106 to MA-108]`.
// A test that is skipped, that may be skipped (`skipIf`, `runIf`, `skip()` in its body) or that is still to be written
// proves nothing: a citation in its name, or in that of a `describe` around it, is a mistake. So is one of a row that no
// ledger has. Either ends the command with exit code 1.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './build.mjs';
import { isMain } from './tell.mjs';

const idPattern = '[A-Z]{2}-[A-Z]?\\d+';

/**
 * @typedef {{ title: string, ids: string[] }} Section
 * @typedef {{ code: string, title: string, sections: Section[] }} Ledger
 * @typedef {{ id: string, file: string, isSkipped?: boolean }} Citation
 * @typedef {{ title: string, proved: string[], open: string[] }} SectionCount
 * @typedef {{ code: string, title: string, total: number, proved: number, sections: SectionCount[] }} LedgerCount
 */

/**
 * Compares the ledgers with the tests of this repository.
 *
 * @returns {{ ledgers: LedgerCount[], unknown: Citation[], skipped: Citation[] }} `unknown`: citations of rows that no
 *   ledger has; `skipped`: citations by tests that do not run everywhere.
 */
export function readLedger() {
  const ledgers = filesBelow('docs/requirements', /\.md$/)
    .map((file) => ledgerIn(readFileSync(join(root, file), 'utf8')))
    .filter((ledger) => ledger !== null)
    .sort((one, other) => other.sections.flatMap(idsOf).length - one.sections.flatMap(idsOf).length);
  const citations = ['packages', 'test'].flatMap((folder) =>
    filesBelow(folder, /\.test\.ts$/).flatMap((file) =>
      citationsIn(readFileSync(join(root, file), 'utf8')).map((citation) => ({ ...citation, file })),
    ),
  );
  return compare(ledgers, citations);
}

/**
 * @param {Ledger[]} ledgers
 * @param {Citation[]} citations
 */
export function compare(ledgers, citations) {
  const cited = new Set(citations.filter(({ isSkipped }) => isSkipped !== true).map(({ id }) => id));
  const known = new Set(ledgers.flatMap(({ sections }) => sections.flatMap(idsOf)));
  return {
    ledgers: ledgers.map(({ code, title, sections }) => ({
      code,
      title,
      total: sections.flatMap(idsOf).length,
      proved: sections.flatMap(idsOf).filter((id) => cited.has(id)).length,
      sections: sections.map((section) => ({
        title: section.title,
        proved: section.ids.filter((id) => cited.has(id)),
        open: section.ids.filter((id) => !cited.has(id)),
      })),
    })),
    unknown: citations.filter(({ id }) => !known.has(id)),
    skipped: citations.filter(({ isSkipped }) => isSkipped === true),
  };
}

/**
 * Reads the rows `| BO-008 | ... |` under their nearest heading.
 *
 * @param {string} markdown
 * @returns {Ledger | null} Null for a page without rows.
 */
export function ledgerIn(markdown) {
  let title = '';
  /** @type {Section[]} */
  const sections = [];
  for (const line of markdown.split('\n')) {
    const heading = /^#+ +(.+)$/.exec(line)?.[1];
    if (heading !== undefined) {
      title ||= heading.replace(/requirements ledger:?/i, '').replace(/^[: ]+|[: ]+$/g, '');
      sections.push({ title: heading, ids: [] });
    }
    const id = new RegExp(`^\\|\\s*(${idPattern})\\s*\\|`).exec(line)?.[1];
    if (id !== undefined) sections.at(-1)?.ids.push(id);
  }
  const code = sections.flatMap(idsOf)[0]?.slice(0, 2);
  if (code === undefined) return null;
  return { code, title, sections: sections.filter(({ ids }) => ids.length > 0) };
}

/**
 * @param {string} source - Of a test file.
 * @returns {{ id: string, isSkipped: boolean }[]} The ids that names of its tests cite, ranges written out.
 */
export function citationsIn(source) {
  return testNamesIn(source).flatMap(({ name, isSkipped }) =>
    Array.from(name.matchAll(/\[([^\]]*)\]/g)).flatMap(([, cited = '']) =>
      idsIn(cited).map((id) => ({ id, isSkipped })),
    ),
  );
}

/** Also a table of tests that is empty where something is missing. */
const MAY_BE_SKIPPED = /^\w+\.(\w+\.)*(skip|todo|skipIf|runIf)\b|\.each\([^]*\? [^]*: \[\]\)$/;

/** @param {string} source */
function testNamesIn(source) {
  /** @type {{ name: string, isSkipped: boolean }[]} */
  const names = [];
  const file = ts.createSourceFile('a.test.ts', source, ts.ScriptTarget.Latest);
  /**
   * @param {ts.Node} node
   * @param {boolean} isSkipped - Whether a `describe` around it is.
   */
  const visit = (node, isSkipped) => {
    let isSkippedBelow = isSkipped;
    if (ts.isCallExpression(node)) {
      const called = node.expression.getText(file);
      const [name, ...rest] = node.arguments;
      if (/^(it|test|describe)\b/.test(called) && name !== undefined) {
        isSkippedBelow ||= MAY_BE_SKIPPED.test(called);
        const skipsItself = !called.startsWith('describe') && rest.some((one) => skips(one, file));
        names.push({ name: textOf(name), isSkipped: isSkippedBelow || skipsItself });
      }
    }
    ts.forEachChild(node, (child) => visit(child, isSkippedBelow));
  };
  visit(file, false);
  return names;
}

/**
 * @param {ts.Expression} argument - The options or the body of a test.
 * @param {ts.SourceFile} file
 */
function skips(argument, file) {
  return (ts.isObjectLiteralExpression(argument) ? /\bskip\b/ : /\bskip\(/).test(argument.getText(file));
}

/**
 * @param {ts.Expression} name
 * @returns {string} Its words, with nothing where a template puts a value in.
 */
function textOf(name) {
  if (ts.isStringLiteralLike(name)) return name.text;
  if (ts.isBinaryExpression(name)) return textOf(name.left) + textOf(name.right);
  if (!ts.isTemplateExpression(name)) return '';
  return [name.head, ...name.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('');
}

/** @param {string} cited - What stands between the brackets. */
function idsIn(cited) {
  return Array.from(
    cited.matchAll(new RegExp(`\\b(${idPattern})\\b(?:\\s*(?:to|\\.\\.)\\s*(${idPattern})\\b)?`, 'g')),
  ).flatMap(([, first = '', last]) => (last === undefined ? [first] : range(first, last)));
}

/**
 * @param {string} first
 * @param {string} last - Inclusive, of the same ledger.
 */
function range(first, last) {
  const [, series = '', digits = ''] = /^(\D+)(\d+)$/.exec(first) ?? [];
  const [, seriesLast, digitsLast] = /^(\D+)(\d+)$/.exec(last) ?? [];
  if (series !== seriesLast) return [first, last];
  const length = Number(digitsLast) - Number(digits) + 1;
  return Array.from({ length }, (_, step) => series + String(Number(digits) + step).padStart(digits.length, '0'));
}

/**
 * @param {string[]} ids - In the order of the ledger.
 * @returns {string} Runs of neighbours as `BO-008..BO-012`.
 */
export function compact(ids) {
  /** @type {string[][]} */
  const runs = [];
  for (const id of ids) {
    const run = runs.at(-1);
    if (run !== undefined && isNext(run.at(-1) ?? '', id)) run.push(id);
    else runs.push([id]);
  }
  return runs.map((run) => (run.length < 3 ? run.join(', ') : `${run[0]}..${run.at(-1)}`)).join(', ');
}

/**
 * @param {string} id
 * @param {string} other
 */
function isNext(id, other) {
  const [, series = '', digits] = /^(\D+)(\d+)$/.exec(id) ?? [];
  return other.startsWith(series) && Number(other.slice(series.length)) === Number(digits) + 1;
}

/** @param {Section} section */
function idsOf({ ids }) {
  return ids;
}

/**
 * @param {string} folder - Relative to the root.
 * @param {RegExp} pattern
 */
function filesBelow(folder, pattern) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => pattern.test(path) && !path.includes('node_modules'))
    .sort()
    .map((path) => `${folder}/${path}`);
}

/** @param {LedgerCount} ledger */
function print({ code, title, total, proved, sections }) {
  console.log(`\n${code}  ${title}: ${proved} of ${total} proved`);
  for (const section of sections) {
    const of = section.proved.length + section.open.length;
    console.log(`  ${section.title}: ${section.proved.length} of ${of}`);
    if (section.open.length > 0) console.log(`    open: ${compact(section.open)}`);
  }
}

if (isMain(import.meta.url)) {
  const { ledgers, unknown, skipped } = readLedger();
  if (process.argv.includes('--json')) console.log(JSON.stringify({ ledgers, unknown, skipped }, null, 2));
  else ledgers.forEach(print);
  for (const { id, file } of unknown) console.error(`${file} cites ${id}, which no ledger has`);
  for (const { id, file } of skipped) console.error(`${file} cites ${id} in a test that is or may be skipped`);
  if (unknown.length + skipped.length > 0) process.exitCode = 1;
}
