import { expect, it } from 'vitest';
import { citationsIn, compact, compare, ledgerIn, readLedger } from '../../scripts/ledger.mjs';

it('every requirement that a test cites stands in a ledger, and is proved wherever the tests run', () => {
  const { unknown, skipped } = readLedger();
  expect({ unknown, skipped }).toEqual({ unknown: [], skipped: [] });
});

it('every row of the five ledgers is counted', () => {
  const totals = readLedger().ledgers.map(({ code, total }) => [code, total]);
  expect(Object.fromEntries(totals)).toEqual({ MA: 546, BO: 501, LA: 437, IA: 345, CC: 289 });
});

it('a citation of a row that no ledger has is reported with its file', () => {
  const ledger = ledgerIn('# Things\n\n## Life\n\n| BO-001 | It lives |\n|MA-D02| It ends |');
  expect(ledger).not.toBeNull();
  const citations = ['BO-001', 'BO-999'].map((id) => ({ id, file: 'a.test.ts' }));
  const { ledgers, unknown } = compare(ledger === null ? [] : [ledger], citations);
  expect(unknown).toEqual([{ id: 'BO-999', file: 'a.test.ts' }]);
  expect(ledgers[0]?.sections).toEqual([{ title: 'Life', proved: ['BO-001'], open: ['MA-D02'] }]);
});

it('a row that only a skipped test cites is open, and the citation is reported with its file', () => {
  const ledger = ledgerIn('## Life\n\n| BO-001 | It lives |\n| BO-002 | It ends |');
  const citations = [
    { id: 'BO-001', file: 'a.test.ts', isSkipped: true },
    { id: 'BO-002', file: 'a.test.ts', isSkipped: true },
    { id: 'BO-002', file: 'b.test.ts', isSkipped: false },
  ];
  const { ledgers, skipped } = compare(ledger === null ? [] : [ledger], citations);
  expect(skipped).toEqual(citations.slice(0, 2));
  expect(ledgers[0]?.sections).toEqual([{ title: 'Life', proved: ['BO-002'], open: ['BO-001'] }]);
});

it('ids are read from names of tests: single, listed, in ranges, in templates', () => {
  const source = [
    'it("one [XA-201]", () => {});',
    'test(`two ${kind} [XA-202, XB-D45]`, () => {});',
    'describe.each(kinds)("three [XB-106 to XB-108]", () => {});',
  ].join('\n');
  expect(citationsIn(source).map(({ id, isSkipped }) => (isSkipped ? `${id} skipped` : id))).toEqual([
    ...['XA-201', 'XA-202', 'XB-D45', 'XB-106', 'XB-107', 'XB-108'],
  ]);
});

it.each([
  'it.skip("one [XA-201]", () => {});',
  'it.todo("one [XA-201]");',
  'it.skipIf(!browser)("one [XA-201]", () => {});',
  'it.runIf(browser).each(files)("one " + "[XA-201]", () => {});',
  'it.concurrent.skip("one [XA-201]", () => {});',
  'it.each(hasFiles ? files : [])("%s [XA-201]", () => {});',
  'it("one [XA-201]", ({ skip }) => { skip(!browser); });',
  'it("one [XA-201]", (context) => { context.skip(); });',
  'it("one [XA-201]", { skip: !browser }, () => {});',
  'describe.skip("all", () => { it("one [XA-201]", () => {}); });',
  'describe.skipIf(!browser)("all [XA-201]", () => { it("one", () => {}); });',
  'describe.skipIf(!browser)("all", () => { describe("some", () => { it.each(files)("one [XA-201]", () => {}); }); });',
])('a test that does not run everywhere proves nothing: %s', (source) => {
  expect(citationsIn(source)).toEqual([{ id: 'XA-201', isSkipped: true }]);
});

it('comments and other strings cite nothing', () => {
  const source = ['// it("four [XA-204]")', 'expect("[XA-205]").toBe(it);', 'it("five XA-206", () => {});'].join('\n');
  expect(citationsIn(source)).toEqual([]);
});

it('a test beside a skipped one counts', () => {
  const source = 'describe("all", () => { it.skip("one [XA-201]", () => {}); it("two [XA-202]", () => {}); });';
  expect(citationsIn(source)).toEqual([
    { id: 'XA-201', isSkipped: true },
    { id: 'XA-202', isSkipped: false },
  ]);
});

it('open rows are printed as ranges', () => {
  expect(compact(['BO-008', 'BO-009', 'BO-010', 'BO-012', 'BO-D01', 'BO-D02'])).toBe(
    'BO-008..BO-010, BO-012, BO-D01, BO-D02',
  );
});
