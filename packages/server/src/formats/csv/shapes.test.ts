/*
 * Small files of our own, one for each shape that files of other programs have. What is expected of a good one is
 * written down and, beside that, what csv-parse reads.
 */
import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { readCsv } from './csv-fixture.ts';
import { outcomeOf } from './csv-fixture.ts';

/** What the file is called after, its text, and its rows. */
const GOOD: readonly (readonly [shape: string, text: string, rows: readonly (readonly string[])[]])[] = [
  [
    'plain rows',
    'room,floor\nA1,2\nB7,0\n',
    [
      ['A1', '2'],
      ['B7', '0'],
    ],
  ],
  ['no line end after the last row', 'room,floor\nA1,2', [['A1', '2']]],
  [
    'CRLF',
    'room,floor\r\nA1,2\r\nB7,0\r\n',
    [
      ['A1', '2'],
      ['B7', '0'],
    ],
  ],
  [
    'CR alone',
    'room,floor\rA1,2\rB7,0\r',
    [
      ['A1', '2'],
      ['B7', '0'],
    ],
  ],
  ['a header without rows', 'room,floor\n', []],
  ['a header without a line end', 'room,floor', []],
  ['one column', 'room\nA1\nB7\n', [['A1'], ['B7']]],
  ['one column and no line end', 'room\nA1', [['A1']]],
  [
    'empty cells',
    'room,floor,wing\nA1,,east\n,,west\nC3,1,\n',
    [
      ['A1', '', 'east'],
      ['', '', 'west'],
      ['C3', '1', ''],
    ],
  ],
  [
    'quoted empty cells',
    'room,floor\n"",1\nA1,""\n',
    [
      ['', '1'],
      ['A1', ''],
    ],
  ],
  ['a comma in quotes', 'name,room\n"Okafor, Ngozi",A1\n', [['Okafor, Ngozi', 'A1']]],
  ['doubled quotes', 'name,room\n"Ngozi ""Zee"" Okafor",A1\n', [['Ngozi "Zee" Okafor', 'A1']]],
  ['a cell of one quote', 'name,room\n"""",A1\n', [['"', 'A1']]],
  ['a line break in quotes', 'note,room\n"first\nsecond",A1\n', [['first\nsecond', 'A1']]],
  ['CRLF in quotes', 'note,room\r\n"first\r\nsecond",A1\r\n', [['first\r\nsecond', 'A1']]],
  ['quotes and line breaks', 'note,room\n"he said\n""come""\n",A1\n', [['he said\n"come"\n', 'A1']]],
  [
    'JSON in a cell',
    'id,data\n1,"{""type"": ""Point"", ""at"": [1, 2]}"\n',
    [['1', '{"type": "Point", "at": [1, 2]}']],
  ],
  ['a needless quote', 'name,room\n"Ngozi Okafor","A1"\n', [['Ngozi Okafor', 'A1']]],
  ['spaces around', 'name,room\n Ngozi , A1\n', [[' Ngozi ', ' A1']]],
  ['leading zeros', 'id,room\n007,01\n', [['007', '01']]],
  [
    'numbers with points',
    'id,share\n1,0.50\n2,1e3\n',
    [
      ['1', '0.50'],
      ['2', '1e3'],
    ],
  ],
  ['times with zones', 'id,at\n1,2026-09-01T08:00:00+02:00\n', [['1', '2026-09-01T08:00:00+02:00']]],
  ['characters beyond ASCII', 'név,osztály\nŐry Ödön,5/b\n', [['Őry Ödön', '5/b']]],
  ['characters beyond the basic plane', 'name,mood\nNgozi,🦉\n', [['Ngozi', '🦉']]],
  ['other scripts', 'имя,班级\nНгози,三年级\n', [['Нгози', '三年级']]],
  [
    'semicolons',
    'name;share\nNgozi;0,5\nMei;1,25\n',
    [
      ['Ngozi', '0,5'],
      ['Mei', '1,25'],
    ],
  ],
  [
    'tabs',
    'name\troom\tnote\nNgozi\tA1\t"two\nlines"\nMei\tB7\t\n',
    [
      ['Ngozi', 'A1', 'two\nlines'],
      ['Mei', 'B7', ''],
    ],
  ],
  [
    'bars',
    'name|room\nNgozi|#A1#\nMei|-|\n'.replace('-|\n', '-\n'),
    [
      ['Ngozi', '#A1#'],
      ['Mei', '-'],
    ],
  ],
  [
    'the same row twice',
    'id,room\n1,A1\n1,A1\n',
    [
      ['1', 'A1'],
      ['1', 'A1'],
    ],
  ],
  ['a column of the same words as another', 'room,room name\nA1,A1\n', [['A1', 'A1']]],
  ['blank lines at the end', 'id,room\n1,A1\n\n\n', [['1', 'A1']]],
  [
    'blank lines between',
    'id,room\n1,A1\n\n2,B7\n',
    [
      ['1', 'A1'],
      ['2', 'B7'],
    ],
  ],
  [
    'a row of delimiters alone',
    'id,room\n1,A1\n,\n2,B7\n',
    [
      ['1', 'A1'],
      ['2', 'B7'],
    ],
  ],
  ['a hash that begins a cell', 'id,room\n#1,A1\n', [['#1', 'A1']]],
  [
    'an apostrophe within a name',
    "id,name\n1,O'Neill\n2,'t Hart\n",
    [
      ['1', "O'Neill"],
      ['2', "'t Hart"],
    ],
  ],
  ['backslashes', 'id,path\n1,C:\\new\\table\n', [['1', 'C:\\new\\table']]],
  ['a very long cell', `id,note\n1,${'word '.repeat(4_000)}\n`, [['1', 'word '.repeat(4_000)]]],
  ['many columns', `${columns(900, 'c')}\n${columns(900, 'v')}\n`, [columns(900, 'v').split(',')]],
];

/** The code of the problem of a file, or those of its row faults in order. */
const FAULTY: readonly (readonly [shape: string, text: string | Buffer, outcome: string])[] = [
  ['nothing', '', 'file_empty'],
  ['line ends alone', '\n\n', 'file_empty'],
  ['spaces alone', '  \n \n', 'file_empty'],
  ['a heading twice', 'id,room,room\n1,A1,B7\n', 'header_duplicate'],
  ['a heading three times', 'id,id,id\n1,2,3\n', 'header_duplicate'],
  ['more columns than can be', `${columns(1_001, 'c')}\n`, 'columns_too_many'],
  ['a space before quoted headings', '"id", "room"\n"1", "A1"\n', 'header_quote'],
  ['a packed archive', Buffer.from('504b0304140000000800', 'hex'), 'not_csv'],
  ['a zipped stream', Buffer.from('1f8b0800000000000003', 'hex'), 'not_csv'],
  ['a page', '<!doctype html><html><body>no table</body></html>', 'not_csv'],
  ['a remark above the header', '# rooms of 2026\nid,room\n1,A1\n', 'header_title'],
  ['a row too short', 'id,room,wing\n1,A1\n2,B7,west\n', 'row_short'],
  ['a row too long', 'id,room,wing\n1,A1,east,more\n', 'row_long'],
  ['one row too short, one too long', 'id,room,wing\n1,A1\n2,B7,west,more\n', 'row_short row_long'],
  ['a remark between rows', 'id,room,wing\n1,A1,east\n# the others\n2,B7,west\n', 'row_short'],
  ['a quote that nothing closes', 'id,note\n1,"not closed,2\n3,4\n', 'quote_unclosed'],
  ['a quote within a cell', 'id,note\n1,the "big" room\n', 'bad_quote'],
  ['a quote within quotes', 'id,note\n1,"the big" room"\n2,ok\n', 'bad_quote'],
  ['a space before each quoted cell', 'id,note\n1, "one"\n2, "two"\n', 'bad_quote bad_quote'],
  ['lists that are not quoted', 'id,value\n1,["a"]\n2,\n3,["b"]\n', 'bad_quote bad_quote'],
  ['a NUL in a cell', 'id,note\n1,a\0b\n', 'nul_byte'],
];

function columns(count: number, name: string): string {
  return Array.from({ length: count }, (_, at) => `${name}${String(at)}`).join(',');
}

describe('good files', () => {
  it.each(GOOD)('with %s are read to the letter [BO-165]', async (_shape, text, expected) => {
    const { rows } = await readCsv(text);
    expect(rows.map((row) => row.cells)).toEqual(expected);
    expect(rows.flatMap((row) => row.fault ?? [])).toEqual([]);
  });

  it.each(GOOD)('with %s hold what csv-parse reads in them', async (_shape, text) => {
    const { dialect, header, rows } = await readCsv(text);
    const options = { delimiter: dialect.delimiter, skip_empty_lines: true, record_delimiter: ['\r\n', '\n', '\r'] };
    const reference = parse(text, options).filter((row) => row.some((cell) => cell !== ''));
    expect([header, ...rows.map((row) => row.cells)]).toEqual(reference);
  });

  it.each(['utf-8', 'utf-16le', 'utf-16be'])('are the same in %s with a byte order mark', async (encoding) => {
    for (const [shape, text, expected] of GOOD) {
      const { dialect, rows } = await readCsv(iconv.encode(text, encoding, { addBOM: true }));
      expect([shape, dialect.encoding, dialect.hasBom]).toEqual([shape, encoding, true]);
      expect(rows.map((row) => row.cells)).toEqual(expected);
    }
  });

  it('are the same in whatever pieces they come', async () => {
    for (const [, text, expected] of GOOD.filter(([, one]) => one.length < 1_000)) {
      const bytes = Array.from(Buffer.from(text), (byte) => Buffer.from([byte]));
      const { rows } = await readCsv(Readable.from(bytes));
      expect(rows.map((row) => row.cells)).toEqual(expected);
    }
  });
});

it.each(FAULTY)('a file with %s is told apart', async (_shape, text, expected) => {
  expect(await outcomeOf(text)).toBe(expected);
});
