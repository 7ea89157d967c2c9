import { expect, it } from 'vitest';
import { readCsv } from '../csv/csv-fixture.ts';
import { USER_FIELDS } from '../../school/people/fields.ts';
import { compileMapping } from './mapping.ts';
import { matchColumns } from './match-columns.ts';
import { mappingSchema } from './schema.ts';

/** Values, or the code of the first fault, of each row of a file. */
async function mapped(csv: string): Promise<unknown[]> {
  const { header, rows } = await readCsv(csv);
  const pairs = matchColumns(header, USER_FIELDS).flatMap(({ header: name, field }) =>
    field === null ? [] : [[name, field]],
  );
  const map = compileMapping(mappingSchema.parse({ field_mappings: Object.fromEntries(pairs) }), header, USER_FIELDS);
  return rows.map(({ cells }) => {
    const { values, faults } = map(cells);
    return faults[0]?.code ?? values;
  });
}

it('errors of a spreadsheet are nobody’s name, id or grade', async () => {
  expect(
    await mapped(
      'external_id,email,full_name,grade\nE1,a@x.org,#N/A,7\n#VALUE!,b@x.org,Eva,7\nE3,c@x.org,Eva,#REF!\nE4,#NV,Eva,7\n',
    ),
  ).toEqual(['spreadsheet_error', 'spreadsheet_error', 'spreadsheet_error', 'spreadsheet_error']);
});

it('quotes of a word processor around cells are no part of them', async () => {
  expect(
    await mapped('external_id,email,full_name\n“E1”,„e1@example.org“,«Eva One»\nE2,e2@example.org,Anna “Nan” Berg\n'),
  ).toEqual([
    { external_id: 'E1', email: 'e1@example.org', full_name: 'Eva One' },
    { external_id: 'E2', email: 'e2@example.org', full_name: 'Anna “Nan” Berg' },
  ]);
});

it('what cannot be seen is taken out of identifiers, and blanks in names are single', async () => {
  expect(
    await mapped(
      '\u200Bemail,\uFEFFexternal_id,full_name\npupil24\u200B@example.org,\u202AE\u200C1\u202C,"Anna\nMaria\u00A0 Berg"\n',
    ),
  ).toEqual([{ email: 'pupil24@example.org', external_id: 'E1', full_name: 'Anna Maria Berg' }]);
});

it('rows of blanks are skipped, whatever the blanks are', async () => {
  const { rows, notices } = await readCsv('a,b,c\n1,2,3\n , ,\t\n\u00A0,,\u200B\n,,\n');
  expect(rows).toHaveLength(1);
  expect(notices).toEqual([{ code: 'blank_rows_skipped', count: 3 }]);
});
