import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, faultsOf, hasChromium, openSite, signedInPage, type Site } from './browser.ts';

const PHONE = { width: 390, height: 844 };

describe.skipIf(!hasChromium)(
  'the own account in the browser (skipped without /usr/bin/chromium)',
  { timeout: 120_000 },
  () => {
    let site: Site;
    beforeAll(async () => {
      site = await openSite();
    }, 120_000);
    afterAll(async () => {
      await site.close();
    });

    it('a one-time link leads to a page that sets the password; the token leaves the address; a used link says what to do', async () => {
      const page = await signedInPage(site);
      const made = await page.request.post('/api/users', {
        headers: { 'sec-fetch-site': 'same-origin' },
        data: { username: 'tess', full_name: 'Tess Moor', roles: ['teacher'] },
      });
      const { claim_url: address } = await made.json();
      const guest = await (await site.browser.newContext({ viewport: PHONE })).newPage();
      await guest.goto(address);
      await guest.getByText('Tess Moor, Colegio del Sol').waitFor();
      expect(guest.url()).toBe(`${site.address}/claim`);
      expect(await faultsOf(guest)).toEqual([]);
      await guest.locator('input[name=new-password]').fill('password');
      await guest.keyboard.press('Enter');
      await guest.getByText('one of those that are guessed first').first().waitFor();
      await guest.locator('input[name=new-password]').fill('three quiet herons');
      await guest.keyboard.press('Enter');
      await guest.getByRole('heading', { name: 'Your password is set' }).waitFor();
      await guest.getByRole('link', { name: 'Go to the sign-in' }).click();
      await guest.getByLabel('E-mail or user name').fill('tess');
      await guest.locator('input[name=password]').fill('three quiet herons');
      await guest.keyboard.press('Enter');
      await guest.getByRole('link', { name: 'Tess Moor' }).waitFor();

      await guest.goto('about:blank');
      await guest.goto(address);
      await guest.getByText('A link works once, for seven days').waitFor();
      expect(await faultsOf(guest)).toEqual([]);
    });

    it('the account page changes the password and ends other sign-ins; the sign-in leads to the forgotten password', async () => {
      const [page, other] = [await signedInPage(site), await signedInPage(site)];
      await page.setViewportSize(PHONE);
      await page.getByRole('link', { name: 'ada' }).click();
      await page.getByRole('button', { name: 'Sign out everywhere else' }).waitFor();
      expect(await faultsOf(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
      await page.locator('input[name=current-password]').fill(ADMIN.password);
      await page.locator('input[name=new-password]').fill('another horse battery');
      await page.getByRole('button', { name: 'Change password' }).click();
      await page.getByText('Your password is changed.').waitFor();

      await other.reload();
      await other.getByRole('link', { name: 'Forgotten your password?' }).click();
      await other.getByLabel('E-mail or user name').fill(ADMIN.login);
      expect(await faultsOf(other)).toEqual([]);
      await other.keyboard.press('Enter');
      await other.getByText('Ask an administrator of your organization').waitFor();
    });
  },
);
