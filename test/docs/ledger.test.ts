import { expect, it } from 'vitest';
import { citedIn, compact, compare, ledgerIn, readLedger } from '../../scripts/ledger.mjs';

it('every requirement that a test cites stands in a ledger', () => {
  expect(readLedger().unknown).toEqual([]);
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

it('ids are read from names of tests: single, listed, in ranges, in templates', () => {
  const source = [
    'it("one [XA-201]", () => {});',
    'test(`two ${kind} [XA-202, XB-D45]`, () => {});',
    'describe.each(kinds)("three [XB-106 to XB-108]", () => {});',
    'it.skipIf(!browser)("four " + "[XA-009..XA-010]", () => {});',
  ].join('\n');
  expect(citedIn(source)).toEqual([
    ...['XA-201', 'XA-202', 'XB-D45', 'XB-106', 'XB-107', 'XB-108', 'XA-009', 'XA-010'],
  ]);
});

it('skipped tests, comments and other strings prove nothing', () => {
  const source = [
    'it.skip("one [XA-201]", () => {});',
    'it.todo("two [XA-202]");',
    'describe.skip("three", () => { it("inside [XA-203]", () => {}); });',
    '// it("four [XA-204]")',
    'expect("[XA-205]").toBe(it);',
    'it("five XA-206", () => {});',
  ].join('\n');
  expect(citedIn(source)).toEqual([]);
});

it('open rows are printed as ranges', () => {
  expect(compact(['BO-008', 'BO-009', 'BO-010', 'BO-012', 'BO-D01', 'BO-D02'])).toBe(
    'BO-008..BO-010, BO-012, BO-D01, BO-D02',
  );
});
