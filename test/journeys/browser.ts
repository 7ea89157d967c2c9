/** A real browser on a real server, which works on a database of the test file's own. */
import { existsSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type Page } from 'playwright-core';
import { serve } from '../../packages/server/src/main.ts';
import { createOrganization } from '../../packages/server/src/tenancy/accounts.ts';
import { buildStale } from '../../scripts/build.mjs';
import { testDatabase } from '../fixtures/database.ts';

const CHROMIUM = '/usr/bin/chromium';
export const hasChromium = existsSync(CHROMIUM);

/** Root may not use the sandbox; the others keep the browser from calling home. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const ADMIN = { login: 'ada@example.org', password: 'correct horse battery' } as const;

export interface Site {
  readonly address: string;
  readonly browser: Browser;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  await buildStale();
  const database = await testDatabase();
  await createOrganization(database, {
    name: 'Colegio del Sol',
    adminEmail: ADMIN.login,
    adminPassword: ADMIN.password,
    timezone: 'Europe/Madrid',
  });
  const server = await serve({ databaseUrl: database.appUrl, port: 0, logLevel: 'silent' });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  return {
    address: server.address,
    browser,
    close: async () => {
      await browser.close();
      await server.close();
      await database.drop();
    },
  };
}

/** A page of a person who is signed in, in a browser profile of its own. */
export async function signedInPage(site: Site, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const context = await site.browser.newContext({ baseURL: site.address, colorScheme });
  const page = await context.newPage();
  await page.goto('/operations');
  await signIn(page);
  return page;
}

export async function signIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail or user name').fill(ADMIN.login);
  await page.locator('input[name=password]').fill(ADMIN.password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** Uploads a file in the dialog and waits for its preview. */
export async function previewImport(page: Page, name: string, csv: string): Promise<void> {
  await page.getByRole('link', { name: 'Muster' }).click();
  await page.getByRole('button', { name: 'Import people' }).click();
  await page.getByLabel('Choose a CSV file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  await page.getByRole('heading', { name: 'Line by line' }).waitFor();
}

/** What of WCAG 2.2 A and AA a machine finds wrong with the page as it stands. */
export async function faultsOf(page: Page): Promise<string[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  // Colours that are still changing cannot be judged.
  await page.waitForTimeout(400);
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`));
}
