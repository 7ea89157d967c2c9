import { Readable } from 'node:stream';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { FileProblem } from '../file-problem.ts';
import { cellsOf, readCsv } from './csv-fixture.ts';
import { CELL_CHARS_MAX, openCsv } from './read-csv.ts';

async function problemOf(content: string | Buffer): Promise<FileProblem> {
  const error: unknown = await readCsv(content).catch((reason: unknown) => reason);
  if (error instanceof FileProblem) return error;
  throw new Error(`expected a FileProblem, got ${String(error)}`);
}

describe('rows', () => {
  it('a sample of ten rows gives ten records [BO-165]', async () => {
    const lines = Array.from({ length: 10 }, (_, i) => `u${String(i)},Ana ${String(i)}`);
    const { rows } = await readCsv(`id,name\n${lines.join('\n')}\n`);
    expect(rows).toHaveLength(10);
    expect(rows[9]).toEqual({ rowNo: 10, line: 11, cells: ['u9', 'Ana 9'] });
  });

  it('physical lines are right after blank lines and quoted line breaks [BO-181]', async () => {
    const { rows } = await readCsv('a,b\r\n"x\r\ny\r\nz",1\r\n\r\nq,2\r\n');
    expect(rows.map(({ rowNo, line }) => [rowNo, line])).toEqual([
      [1, 2],
      [2, 6],
    ]);
    expect(rows[0]?.cells).toEqual(['x\r\ny\r\nz', '1']);
  });

  it('mixed line ends each end a row [BO-181]', async () => {
    const { rows, dialect } = await readCsv('a,b\r\n1,2\n3,4\r5,6');
    expect(rows.map((row) => row.cells)).toEqual([
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ]);
    expect(dialect.lineEnding).toBe('mixed');
  });

  it('pieces cut anywhere give the same rows', async () => {
    const bytes = Buffer.from('n,t\r\n1,"é""\r\nü"\r\n\r\n2,日本\r\n');
    const whole = await readCsv(bytes);
    const single = Array.from(bytes, (byte) => Buffer.from([byte]));
    expect((await readCsv(Readable.from(single))).rows).toEqual(whole.rows);
  });

  it('lines of delimiters alone are skipped as blank, quoted empty cells are not', async () => {
    const { rows, notices } = await readCsv('a,b\n,\n1,2\n"",""\n  \n\x1A');
    expect(rows.map((row) => row.cells)).toEqual([
      ['1', '2'],
      ['', ''],
    ]);
    expect(notices).toEqual([{ code: 'blank_rows_skipped', count: 3 }]);
  });

  it('a short row is filled and warned of, a long one is an error and keeps its cells', async () => {
    const { rows } = await readCsv('a,b,c\n1\n1,2,3,\n1,2,3,4\n');
    expect(rows.map((row) => [row.cells, row.fault?.code, row.fault?.severity])).toEqual([
      [['1', '', ''], 'row_short', 'warning'],
      [['1', '2', '3'], undefined, undefined],
      [['1', '2', '3', '4'], 'row_long', 'error'],
    ]);
  });

  it('a row of very many cells is cut to what can be reported', async () => {
    const { rows } = await readCsv(`a,b\n${'x,'.repeat(200_000)}x\n`);
    expect(rows[0]?.cells).toHaveLength(1000);
    expect(rows[0]?.fault?.params).toMatchObject({ expected: 2, found: 200_001 });
  });

  it('a NUL is taken out and faults the row', async () => {
    const { rows } = await readCsv('a,b\nx\0y,1\nz,2\n');
    expect(rows[0]).toEqual({
      rowNo: 1,
      line: 2,
      cells: ['xy', '1'],
      fault: { code: 'nul_byte', severity: 'error', params: { column: 1 } },
    });
    expect(rows[1]?.fault).toBeUndefined();
  });

  it('a misplaced quote faults its own row and swallows none below [BO-181]', async () => {
    const { rows } = await readCsv('a,b,c\n1,"open,3\n4,"good",6\n7,8,9\n1,b "x" c,3\n');
    expect(rows.map((row) => [row.line, row.cells, row.fault?.code])).toEqual([
      [2, ['1', '"open', '3'], 'bad_quote'],
      [3, ['4', 'good', '6'], undefined],
      [4, ['7', '8', '9'], undefined],
      [5, ['1', 'b "x" c', '3'], 'bad_quote'],
    ]);
  });

  it('a cell of 10,000 characters passes, one above the limit faults its row [BO-181]', async () => {
    const long = 'x'.repeat(CELL_CHARS_MAX + 1);
    const { rows } = await readCsv(`a,b\n${'y'.repeat(10_000)},1\n${long},2\n`);
    expect(rows.map((row) => row.fault?.code)).toEqual([undefined, 'cell_too_long']);
    expect(rows[0]?.cells[0]).toHaveLength(10_000);
  });

  it('non-Latin names come through unchanged [BO-181]', async () => {
    const names = ['Նարեկ', '山田太郎', 'محمد', 'Zoë', 'Иван', '👩🏽‍🎓'];
    expect(await cellsOf(`name\n${names.join('\n')}\n`)).toEqual([['name'], ...names.map((n) => [n])]);
  });

  it('neutralised cells are restored [BO-198]', async () => {
    expect(await cellsOf("a,b\n'=1+1,'@x\n''=x,'plain\n")).toEqual([
      ['a', 'b'],
      ['=1+1', '@x'],
      ["'=x", "'plain"],
    ]);
  });

  it('blocks hold at most a thousand rows', async () => {
    const file = await openCsv(Readable.from([Buffer.from(`a\n${'1\n'.repeat(2500)}`)]));
    const sizes: number[] = [];
    for await (const block of file.blocks) sizes.push(block.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(2500);
  });

  it('leaving the blocks early closes the source', async () => {
    const source = Readable.from(
      (function* () {
        for (;;) yield Buffer.from('a,b\n'.repeat(10_000).replace('a,b', 'x,y'));
      })(),
    );
    const { blocks } = await openCsv(source);
    for await (const block of blocks) if (block.length > 0) break;
    expect(source.destroyed).toBe(true);
  });
});

describe('header', () => {
  it('a header alone gives no rows [BO-181]', async () => {
    const { header, rows } = await readCsv('id,name');
    expect(header).toEqual(['id', 'name']);
    expect(rows).toEqual([]);
  });

  it('doubled headers are refused with their numbers [BO-181]', async () => {
    const problem = await problemOf('id,name, id \n1,2,3\n');
    expect(problem.code).toBe('header_duplicate');
    expect(problem.detail.columns).toEqual([
      { number: 1, name: 'id' },
      { number: 3, name: 'id' },
    ]);
  });

  it('a blank header is named, and mentioned only when its column has content', async () => {
    const filled = await readCsv('a,,\n1,2,\n');
    expect(filled.header).toEqual(['a', 'column_2', 'column_3']);
    expect(filled.notices).toEqual([{ code: 'column_unnamed', column: 2, name: 'column_2' }]);
  });

  it('without a header the first line is a row', async () => {
    expect(await cellsOf('1,2\n3,4\n', { hasHeader: false })).toEqual([
      ['column_1', 'column_2'],
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  it.each([
    ['header_missing', 'a@school.example,Ana,Ruiz\nb@school.example,Bo,Salt\n', 'Line 1 looks like somebody'],
    ['header_title', 'Class list 2026\nid,name\n1,Ana\n', 'Line 1 ("Class list 2026") looks like a title'],
    ['header_title', 'Klasse 7b;;\nNr;Name;Ort\n1;Ana;Bonn\n', 'looks like a title'],
    ['header_title', 'Klasse 7b\nNr;Name;Ort\n1;Ana;Bonn\n', 'looks like a title'],
    ['lines_quoted', '"external_id,email,full_name"\n"M1,m1@example.org,Ana"\n', 'in quotes as a whole'],
    ['header_too_long', `${'x'.repeat(400_000)}\n1\n`, 'more than 200 characters'],
    ['header_duplicate', 'email,Email,name\na@x.org,b@x.org,Ana\n', '1 "email", 2 "Email"'],
  ])('%s: a first line that names no columns is refused with what it looks like', async (code, content, words) => {
    const problem = await problemOf(content);
    expect(problem).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it.each(['email\na@x.org\nb@x.org\n', 'Name\nRuiz Ana\n', 'a,b\n1,\n2,\n', 'id;name\n1;Ana, B\n'])(
    'a file of one column, or of few cells, is none of these: %j',
    async (content) => {
      expect((await readCsv(content)).rows.length).toBeGreaterThan(0);
    },
  );

  it('more columns than the limit are refused', async () => {
    const wide = Array.from({ length: 1001 }, (_, i) => `c${String(i)}`).join(',');
    expect((await problemOf(`${wide}\n`)).code).toBe('columns_too_many');
  });
});

describe('dialect', () => {
  it.each([
    [',', 'a,b;c,d\n1,2,3\n'],
    [';', 'a;b;c\n1,5;2,5;3,5\n'],
    ['\t', 'a\tb\n"1\t2"\t3\n'],
    ['|', 'a|b|c\n1|2|"x,y,z"\n'],
    [',', 'a\n1\n'],
  ])('the delimiter %j is found', async (delimiter, content) => {
    expect((await readCsv(content)).dialect.delimiter).toBe(delimiter);
  });

  it.each([
    [';', 'a;b;c,d\n1;2;3,4\n'],
    [',', 'a;b,c,d\n1;2,3,4\n'],
    ['\t', 'a\tb\tc;d\n1\t2\t3;4\n'],
    ['|', 'a|b|c,d\n1|2|3,4\n'],
  ])('where two split a file evenly, %j is the delimiter as it makes more columns', async (delimiter, content) => {
    expect((await readCsv(content)).dialect.delimiter).toBe(delimiter);
  });

  it('a line sep=; states the delimiter and is no header', async () => {
    const { dialect, header, rows } = await readCsv('sep=;\r\na,x;b\r\n1;2\r\n');
    expect(dialect).toMatchObject({ delimiter: ';', sepLine: true });
    expect(header).toEqual(['a,x', 'b']);
    expect(rows[0]?.line).toBe(3);
  });

  it.each(['utf-8', 'utf-16le', 'utf-16be'])('a byte order mark of %s is taken off [BO-181]', async (name) => {
    const { dialect, header, rows } = await readCsv(iconv.encode('id,ä\n1,€\n', name, { addBOM: true }));
    expect(dialect).toMatchObject({ encoding: name, hasBom: true });
    expect([header, rows[0]?.cells]).toEqual([
      ['id', 'ä'],
      ['1', '€'],
    ]);
  });

  it('UTF-16 without a mark is recognised', async () => {
    expect(await cellsOf(iconv.encode('id,name\n1,Ana\n', 'utf-16le', { addBOM: false }))).toEqual([
      ['id', 'name'],
      ['1', 'Ana'],
    ]);
  });

  it.each(['utf-32le', 'utf-32be'])('%s with its mark is not taken for UTF-16', async (name) => {
    const { dialect, rows } = await readCsv(iconv.encode('id,ä\n1,Zoë\n', name, { addBOM: true }));
    expect([dialect.encoding, rows[0]?.cells]).toEqual([name, ['1', 'Zoë']]);
  });

  it.each([
    ['utf-16le', 'r0,Дмитрий,Кузнецов'],
    ['utf-16be', 'r0,Дмитрий,Кузнецов'],
    ['utf-16le', 'r0,太郎,山田'],
    ['utf-32le', 'r0,Дмитрий,Кузнецов'],
  ])('%s without a mark is recognised where few characters are Latin: %s', async (name, row) => {
    const text = `external_id,given_name,family_name\n${`${row}\n`.repeat(40)}`;
    expect((await cellsOf(iconv.encode(text, name, { addBOM: false })))[40]).toEqual(row.split(','));
  });

  it.each([
    ['windows-1252', 'José Núñez'],
    ['macintosh', 'Søren Åkerlund'],
    ['windows-1251', 'Дмитрий Кузнецов'],
    ['windows-1250', 'Jiří Dvořák'],
    ['iso-8859-2', 'Łukasz Źródło'],
    ['shift_jis', '太郎 山田'],
    ['iso-8859-7', 'Γιώργος Παπαδόπουλος'],
  ])('%s is asked about, with the names as they would be', async (encoding, name) => {
    const bytes = iconv.encode(`id,name\n1,${name}\n2,Ann\n`, encoding);
    const problem = await problemOf(bytes);
    expect(problem.code).toBe('encoding_unclear');
    const offered = problem.detail.encodings?.find(({ samples }) => samples.includes(name));
    expect(offered).toBeDefined();
    expect(problem.message).toContain(name);
    expect((await cellsOf(bytes, { encoding: offered?.name ?? '' }))[1]).toEqual(['1', name]);
  });

  it('ISO-2022-JP is asked about too, and can be stated', async () => {
    const bytes = Buffer.from('id,name\n1,\x1b$B;3ED\x1b(B\n', 'latin1');
    const problem = await problemOf(bytes);
    expect(problem.detail.encodings).toMatchObject([{ name: 'iso-2022-jp', samples: ['山田'] }]);
    expect((await cellsOf(bytes, { encoding: 'iso-2022-jp' }))[1]).toEqual(['1', '山田']);
  });

  it('text whose first letter beyond ASCII stands far into the file is asked about like any other', async () => {
    const bytes = Buffer.concat([Buffer.from(`name\n${'Zoe\n'.repeat(60_000)}`), Buffer.from('Jos\xe9\n', 'latin1')]);
    const problem = await problemOf(bytes);
    expect(problem.detail.encodings?.map(({ samples }) => samples)).toContainEqual(['José']);
  });

  it('lines of another encoding than the rest are named', async () => {
    const bytes = Buffer.concat([Buffer.from('name\nZoë\nAna\n'), Buffer.from('J\xfcrgen\nMa\xdf\n', 'latin1')]);
    const problem = await problemOf(bytes);
    expect(problem).toMatchObject({ code: 'encoding_mixed', detail: { lines: [4, 5] } });
    expect(problem.message).toBe('Lines 4, 5 are not written in UTF-8 like the other lines.');
  });

  it('a stated encoding is used', async () => {
    const bytes = iconv.encode('name\nŁukasz\n', 'windows-1250');
    expect(await cellsOf(bytes, { encoding: 'windows-1250' })).toEqual([['name'], ['Łukasz']]);
    await expect(readCsv(bytes, { encoding: 'klingon' })).rejects.toMatchObject({ code: 'encoding_unknown' });
  });

  it('text that stops being UTF-8 far into the file is refused with the byte', async () => {
    const good = Buffer.from(`name\n${'Zoë\n'.repeat(60_000)}`);
    const problem = await problemOf(Buffer.concat([good, Buffer.from('Jos\xe9\n', 'latin1')]));
    expect(problem).toMatchObject({
      code: 'encoding_broken',
      detail: { byte: good.length + 3, line: 60_002, expected: 'UTF-8', found: '0xE9' },
    });
  });
});

describe('files that cannot be read', () => {
  it.each(['', '\n\n', '\uFEFF', ',,\n'])('an empty file %j is refused [BO-181]', async (content) => {
    expect((await problemOf(content)).code).toBe('file_empty');
  });

  it('a quote that is never closed is refused with the line it opened on', async () => {
    expect(await problemOf('a,b\n1,2\n"x\ny",3\n4,"never\nclosed\n')).toMatchObject({
      code: 'quote_unclosed',
      detail: { line: 5 },
    });
  });

  it('an unclosed quote in a large file is refused without reading on to its end', async () => {
    let given = 0;
    const endless = Readable.from(
      (function* () {
        yield Buffer.from('a,b\n1,"open');
        for (;;) yield Buffer.alloc((given += 65_536) && 65_536, 'x');
      })(),
    );
    await expect(readCsv(endless)).rejects.toMatchObject({ code: 'record_too_large' });
    expect(given).toBeLessThan(8_000_000);
    expect(endless.destroyed).toBe(true);
  });

  it.each([
    ['%PDF-1.7\n', 'a PDF document'],
    ['PK\x03\x04aaaa[Content_Types].xml', 'an Excel workbook (.xlsx)'],
    ['PK\x03\x04aaaa', 'a ZIP archive'],
    ['\x89PNG\r\n\x1a\n', 'a PNG image'],
    ['\x1f\x8b\x08\x00', 'a gzip archive'],
    ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'an old Excel or Word document (.xls, .doc)'],
    ['<!DOCTYPE html><p>', 'an HTML page'],
    ['<?xml version="1.0"?><a/>', 'an XML document'],
    ['<!DOCTYPE data [\n<!ENTITY a "b">]>', 'an XML document'],
    ['<!-- made by hand -->\n<root/>', 'an XML document'],
    ['<?pi data?>\n<root/>', 'an XML document'],
    ['\xff\xfe<\0?\0x\0m\0l\0 \0v\0?\0>\0', 'an XML document'],
    ['  {"id": 1}', 'a JSON document'],
    ['[{"id": 1}]', 'a JSON document'],
    ['\x01\x02\x03\x04'.repeat(40), 'a binary file'],
  ])('%j is not CSV but %s', async (content, found) => {
    const problem = await problemOf(Buffer.from(content, 'latin1'));
    expect(problem).toMatchObject({ code: 'not_csv', detail: { found } });
  });
});
