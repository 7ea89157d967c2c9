import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { readCsv } from '../csv/csv-fixture.ts';
import { writeErrorReport } from './error-report.ts';
import { ownWidth } from './report-columns.ts';

const row = {
  cells: ['=1+1', 'a "b",\nc', ''],
  rowNo: 7,
  code: 'bad_email',
  message: 'No, it is not.',
  suggestion: 'Write it.',
};

it('a report read back gives the cells of the row and the four columns at the end', async () => {
  const { header, rows } = await readCsv(writeErrorReport(['id', 'note', 'x'], [row]));
  expect(header).toEqual(['id', 'note', 'x', 'row_number', 'code', 'message', 'suggestion']);
  const width = ownWidth(header);
  expect(rows[0]?.cells.slice(0, width)).toEqual(row.cells);
  expect(rows[0]?.cells.slice(width)).toEqual(['7', 'bad_email', 'No, it is not.', 'Write it.']);
});

it('a report of a report has the four columns once', async () => {
  const { header } = await readCsv(writeErrorReport(['id', 'note', 'x'], [row]));
  const again = await text(writeErrorReport(header, [row]));
  expect(again.split('\r\n')[0]).toBe('\uFEFFid,note,x,row_number,code,message,suggestion'.slice(1));
});

it('a file with a column called code keeps it', async () => {
  const { header, rows } = await readCsv(writeErrorReport(['code'], [{ ...row, cells: ['X1'] }]));
  expect(header[1]).toBe('import_row_number');
  expect(ownWidth(header)).toBe(1);
  expect(rows[0]?.cells[0]).toBe('X1');
});
