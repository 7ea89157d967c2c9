import iconv from 'iconv-lite';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf, hasChromium, openSite, previewImport, signedInPage, type Site } from './browser.ts';

const FIELDS = {
  Kürzel: 'External id',
  'Vorname des Kindes': 'Given name',
  'Nachname des Kindes': 'Family name',
  Stammgruppe: 'Grade level',
} as const;
const PREVIEW = 'Preview again with these columns';

/** A class of three under column names that nobody knows; the children's ids begin with `prefix`. */
function classList(prefix: string): string {
  const rows = ['Ana;Ruiz;5a', 'Mei;Chen;5b', 'Zoë;Olsen;5a'];
  return [Object.keys(FIELDS).join(';'), ...rows.map((row, at) => `${prefix}${at};${row}`)].join('\n');
}

describe.skipIf(!hasChromium)(
  'columns in the browser (skipped without /usr/bin/chromium)',
  { timeout: 120_000 },
  () => {
    let site: Site;
    beforeAll(async () => {
      site = await openSite();
    }, 120_000);
    afterEach(async () => {
      await Promise.all(site.browser.contexts().map((context) => context.close()));
    });
    afterAll(async () => {
      await site.close();
    });

    it('a file whose columns nobody knows is mapped by hand, previewed and imported, and its mapping serves the next file', async () => {
      const page = await signedInPage(site);
      await startImport(page, 'class.csv', classList('a'));
      await page.getByText('The columns of this file are not known.').waitFor();
      await page.getByRole('row', { name: 'Vorname des Kindes' }).getByText('Ana · Mei').waitFor();
      expect(await page.getByRole('button', { name: 'Confirm' }).count()).toBe(0);
      expect(await faultsOf(page)).toEqual([]);

      await readAs(page, FIELDS);
      await page.getByLabel('Roles of rows that say none').selectOption('Everybody is student');
      await page.getByRole('button', { name: PREVIEW }).click();
      await page.getByText('This will create 3.').waitFor();
      await page.getByText('The preview below was made with these columns.').waitFor();
      expect(await faultsOf(page)).toEqual([]);

      await page.getByRole('button', { name: 'Save for next time…' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill('Class lists');
      expect(await faultsOf(page)).toEqual([]);
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('Saved as “Class lists”.').waitFor();
      await page.getByRole('button', { name: 'Confirm: create 3' }).click();
      await page.getByText('3 of 3 are done.').waitFor();

      await startImport(page, 'next.csv', classList('b'), 'As saved: Class lists');
      await page.getByRole('button', { name: 'Confirm: create 3' }).click();
      await page.getByText('3 of 3 are done.').waitFor();
    });

    it('what the server finds wrong with a mapping stands beside its columns, and no preview of other columns can be confirmed', async () => {
      const page = await signedInPage(site, 'dark');
      await previewImport(page, 'known.csv', 'External id,Given name,Family name,Role\nc1,Ana,Ruiz,student');
      await page.getByText('Columns: 4 of 4 read').click();
      expect(await faultsOf(page)).toEqual([]);
      await readAs(page, { 'External id': 'Given name' });
      expect(await page.getByRole('button', { name: 'Confirm' }).count()).toBe(0);
      await page.getByRole('button', { name: PREVIEW }).click();

      const alert = page.getByRole('alert');
      await alert.getByText('No column says whom a row means.').waitFor();
      for (const column of ['External id', 'Given name']) {
        const field = page.getByLabel(`Read ${column} as`);
        expect(await field.getAttribute('aria-invalid')).toBe('true');
        expect(await descriptionOf(page, column)).toContain('More than one column is mapped');
      }
      expect(await descriptionOf(page, 'Family name')).toBe('');
      expect(await faultsOf(page)).toEqual([]);

      await page.getByRole('button', { name: 'Put the columns back' }).click();
      await page.getByRole('button', { name: 'Confirm: create 1' }).waitFor();
      expect(await alert.count()).toBe(0);
    });

    it('what was not clear of a file stands open, and is looked at before it can be confirmed', async () => {
      const page = await signedInPage(site);
      await previewImport(page, 'unclear.csv', 'External id,Full name,emial\nf1,Ana Ruiz,ana@example.org');
      await page.getByText('“emial” is not read. It is spelled almost like E-mail.').waitFor();
      await page.getByText('1 row without roles: whoever of them is new becomes student.').waitFor();
      expect(await faultsOf(page)).toEqual([]);
      const confirm = page.getByRole('button', { name: 'Confirm: create 1' });
      expect(await confirm.isDisabled()).toBe(true);
      await readAs(page, { emial: 'E-mail' });
      await page.getByRole('button', { name: PREVIEW }).click();
      await page.getByText('Columns: 3 of 3 read').waitFor();
      expect(await confirm.isDisabled()).toBe(true);
      await page.getByLabel('I have looked at how the file was read').check();
      await confirm.click();
      await page.getByText(/^1 of 1 (?:is|are) done/).waitFor();
    });

    it('of a file in an unknown encoding the names are shown in each likely one, and the right one is chosen', async () => {
      const page = await signedInPage(site);
      const bytes = iconv.encode('External id,Full name,Role\ng1,Дмитрий Кузнецов,student', 'windows-1251');
      await startImport(page, 'old.csv', bytes);
      const right = page.getByRole('radio', { name: 'Дмитрий Кузнецов' });
      await right.waitFor();
      expect(await faultsOf(page)).toEqual([]);
      expect(await page.getByRole('button', { name: 'Preview', exact: true }).isDisabled()).toBe(true);
      await right.check();
      await page.getByRole('button', { name: 'Preview', exact: true }).click();
      await page.getByRole('button', { name: 'Дмитрий Кузнецов' }).waitFor();
    });

    it('columns are read differently with the keyboard alone', async () => {
      const page = await signedInPage(site);
      await previewImport(page, 'keys.csv', 'External id,Full name,Raum,Role\nd1,Ana Ruiz,7,student');
      await page.getByText('Columns: 3 of 4 read').focus();
      await page.keyboard.press('Enter');
      await tabTo(page, 'Read Raum as');
      await page.keyboard.type('Grade');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      expect(await page.getByRole('button', { name: PREVIEW }).evaluate(hasFocus)).toBe(true);
      await page.keyboard.press('Enter');
      await page.getByText('Columns: 4 of 4 read').waitFor();
      await page.getByRole('button', { name: 'Ana Ruiz' }).click();
      await page.getByRole('dialog').getByRole('row', { name: 'Grade level' }).getByText('7').waitFor();
    });

    it('a saved mapping that a file has not all the columns for is filled in as far as it goes', async () => {
      const page = await signedInPage(site);
      await previewImport(page, 'whole.csv', 'External id,Full name,Tel. privat,Role\ne1,Ana Ruiz,030 1,student');
      await page.getByText('Columns: 3 of 4 read').click();
      await readAs(page, { 'External id': 'User name', 'Tel. privat': 'Phone' });
      await page.getByRole('button', { name: PREVIEW }).click();
      await page.getByRole('button', { name: 'Save for next time…' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill('With telephone');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('Saved as “With telephone”.').waitFor();

      await startImport(
        page,
        'less.csv',
        'External id,Full name,Role\ne2,Mei Chen,student',
        'As saved: With telephone',
      );
      await page.getByText('This file has other columns.').waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await page.getByLabel('Read the columns').selectOption('By their names');
      await page.getByRole('button', { name: 'Preview', exact: true }).click();
      await page.getByText('Columns: 3 of 3 read').click();
      await page.getByLabel('Fill in from a saved mapping').selectOption('With telephone');
      expect(await page.getByLabel('Read External id as').inputValue()).toBe('username');
      await page.getByRole('button', { name: PREVIEW }).click();
      await page.getByRole('button', { name: 'Confirm: create 1' }).waitFor();
    });
  },
);

/** Uploads a file in the dialog, without waiting for what comes of it. */
async function startImport(page: Page, name: string, csv: string | Buffer, mapping?: string): Promise<void> {
  await page.getByRole('link', { name: 'Muster' }).click();
  await page.getByRole('button', { name: 'Import people' }).click();
  await page.getByLabel('Choose a CSV file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(csv) });
  if (mapping !== undefined) await page.getByLabel('Read the columns').selectOption(mapping);
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
}

async function readAs(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [column, field] of Object.entries(fields)) {
    await page.getByLabel(`Read ${column} as`).selectOption(field);
  }
}

/** What a screen reader says with the field of a column; empty where that is nothing. */
async function descriptionOf(page: Page, column: string): Promise<string> {
  return page.getByLabel(`Read ${column} as`).evaluate((field) =>
    (field.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? '')
      .join(''),
  );
}

/** Presses Tab until the field with this label has the focus. */
async function tabTo(page: Page, label: string): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.getByLabel(label).evaluate(hasFocus)) return;
  }
  throw new Error(`${label} cannot be reached with Tab.`);
}

function hasFocus(element: Element): boolean {
  return element === document.activeElement;
}
