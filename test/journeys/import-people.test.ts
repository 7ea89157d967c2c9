import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, faultsOf, hasChromium, openSite, previewImport, signedInPage, signIn, type Site } from './browser.ts';

const HEADER = 'External id,E-mail,Given name,Family name,Role';

/** Rows of invented people; their ids begin with `prefix`. */
function people(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at},${prefix}${at}@example.org,Ana,Ruiz ${at},student`);
}

function csv(rows: readonly string[]): string {
  return [HEADER, ...rows].join('\n');
}

describe.skipIf(!hasChromium)('in the browser (skipped without /usr/bin/chromium)', { timeout: 120_000 }, () => {
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

  it('a file goes in, is previewed, confirmed, reported and undone, and every page on the way is accessible', async () => {
    const page = await signedInPage(site);
    const requests: string[] = [];
    const troubles = troublesOf(page);
    page.on('request', (request) => requests.push(request.url()));
    expect(await faultsOf(page)).toEqual([]);

    await page.getByRole('button', { name: 'Import people' }).click();
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await previewImport(page, 'autumn.csv', csv([...people('a', 59), 'a60,not-an-address,Zoë,Olsen,student']));
    expect(await page.getByText('This will create 59; 1 cannot be done.').isVisible()).toBe(true);
    expect(await page.title()).toBe('Import people: autumn.csv · Muster');
    expect(await faultsOf(page)).toEqual([]);

    await page.getByRole('button', { name: 'Ana Ruiz 0', exact: true }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('row', { name: 'Family name' }).getByText('Ruiz 0').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Cannot be done 1' }).click();
    await page.getByText('is not an e-mail address').waitFor();
    expect(new URL(page.url()).search).toBe('?action=error');

    await page.getByRole('button', { name: 'Confirm: create 59' }).click();
    await page.getByText('59 of 60 are done and 1 failed.').waitFor();
    expect(await faultsOf(page)).toEqual([]);

    await page.getByRole('button', { name: 'Undo…' }).click();
    await page.getByText('This will take back 59.').waitFor();
    expect(await page.getByRole('heading', { level: 3 }).allTextContents()).toEqual(['Will be taken back: 59']);
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Take back 59' }).click();
    await page.getByText('59 of 59 are done.').waitFor();
    await page.getByRole('link', { name: /^Import people: / }).click();
    await page.getByText('This operation was undone.').waitFor();

    expect(requests.filter((url) => !url.startsWith(site.address) && !url.startsWith('data:'))).toEqual([]);
    expect(troubles).toEqual([]);
  });

  it('a double click on confirm starts the operation once', async () => {
    const page = await signedInPage(site);
    const starts: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/start')) starts.push(request.url());
    });
    await previewImport(page, 'double.csv', csv(people('d', 3)));
    await page.getByRole('button', { name: 'Confirm: create 3' }).dblclick();
    await page.getByText('3 of 3 are done.').waitFor();
    expect(starts).toHaveLength(1);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('what changed after the preview is shown instead of run, and previewed again', async () => {
    const page = await signedInPage(site);
    const other = await signedInPage(site);
    await previewImport(page, 'first.csv', csv(people('s', 2)));
    await previewImport(other, 'second.csv', csv(people('s', 1)));
    await other.getByRole('button', { name: 'Confirm: create 1' }).click();
    await other.getByText('1 of 1 is done.').waitFor();

    await page.getByRole('button', { name: 'Confirm: create 2' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('Nothing was run.').waitFor();
    expect(await alert.getByRole('row', { name: 'Ana Ruiz 0' }).innerText()).toContain('Create\tSkip unchanged');
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Preview again' }).click();
    await page.getByRole('button', { name: 'Confirm: create 1' }).waitFor();
  });

  it('a failed row is corrected in the page, and only it is run again', async () => {
    const page = await signedInPage(site, 'dark');
    await previewImport(page, 'faulty.csv', csv([...people('f', 2), 'f9,nowhere,Mei,Chen,student']));
    await page.getByRole('button', { name: 'Confirm: create 2' }).click();
    await page.getByLabel('E-mail, row 3').fill('mei@example.org');
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Retry 1 corrected row' }).click();
    await page.getByText('This will create 1.').waitFor();
    await page.getByRole('button', { name: 'Confirm: create 1' }).click();
    await page.getByText('1 of 1 is done.').waitFor();
  });

  it('a run is paused, found again after leaving, resumed, and cancelled with a reason', async () => {
    const page = await signedInPage(site);
    await previewImport(page, 'large.csv', csv(people('l', 30_000)));
    await page.getByRole('button', { name: 'Confirm: create 30,000' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    const resume = page.getByRole('button', { name: 'Resume' });
    await resume.waitFor();
    expect(await faultsOf(page)).toEqual([]);

    await page.getByRole('link', { name: 'Muster' }).click();
    await page.getByRole('row', { name: 'large.csv' }).getByText('Paused').waitFor();
    await page.getByRole('link', { name: 'Import people: large.csv' }).click();
    const before = Number(await page.getByRole('progressbar').getAttribute('aria-valuenow'));
    await resume.click();
    await page.waitForFunction(
      (value) => Number(document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow') ?? 0) > value,
      before,
    );
    // Held, so that it cannot end while its reason is typed.
    await page.getByRole('button', { name: 'Pause' }).click();
    await resume.waitFor();
    await page.getByRole('button', { name: 'Cancel operation' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('the wrong year');
    await dialog.getByRole('button', { name: 'Cancel operation' }).click();
    await page.getByText('the wrong year').waitFor();
    await page.getByRole('button', { name: 'Undo…' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });

  it('the list shows large work, and single edits to whoever asks for them', async () => {
    const page = await signedInPage(site);
    const status = await page.evaluate(async () => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ name: 'Harbour School' });
      return (await fetch('/api/units', { method: 'POST', headers, body })).status;
    });
    expect(status).toBe(201);
    await previewImport(page, 'listed.csv', csv(people('z', 2)));
    await page.getByRole('link', { name: 'Muster' }).click();
    await page.getByRole('link', { name: 'Import people: listed.csv' }).waitFor();
    const edit = page.getByRole('link', { name: 'Create unit: Harbour School' });
    expect(await edit.count()).toBe(0);
    await page.getByLabel('Kind').selectOption('All, single edits too');
    await edit.waitFor();
  });

  it('a sign-in that fails says why, and one that ends shows the form where one was', async () => {
    const context = await site.browser.newContext({ baseURL: site.address });
    const page = await context.newPage();
    await page.goto('/operations?status=completed');
    await page.getByLabel('E-mail or user name').fill(ADMIN.login);
    await page.locator('input[name=password]').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('The name or the password is wrong.').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await signIn(page);
    expect(new URL(page.url()).search).toBe('?status=completed');
    await context.clearCookies();
    // The list may have asked by itself already, and the form stand where the filter was.
    await page
      .getByLabel('Status')
      .selectOption('failed', { timeout: 5_000 })
      .catch(() => null);
    await page.getByRole('heading', { name: 'Sign in to Muster' }).waitFor();
  });
});

/** What the console complains about from now on. */
function troublesOf(page: Page): string[] {
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  return troubles;
}
