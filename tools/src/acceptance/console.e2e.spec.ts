import type { Browser, Page } from 'playwright-core';
import { devKeys } from '../dev-tokens/index.js';
import { Acceptance, type Household } from './acceptance.fixture.js';
import { openBrowser, openPage } from './browser.fixture.js';

const MARKUP = '<img src=x onerror=alert(1)>';

let world: Acceptance;
let browser: Browser;
let bob: Household;
let page: Page;
let faults: readonly string[];

beforeAll(async () => {
  world = await Acceptance.start();
  browser = await openBrowser();
  bob = await world.household('Bob', { [MARKUP]: {} });
}, 120_000);
afterAll(async () => {
  await browser.close();
  await world.stop();
}, 60_000);

beforeEach(async () => {
  ({ page, faults } = await openPage(browser));
  await page.goto(`${world.system.url}/console`);
});
afterEach(async () => {
  await page.close();
  expect(faults).toEqual([]);
});

async function signIn(scope: 'operator' | 'network'): Promise<void> {
  await page.getByLabel('Token').fill(await (await devKeys()).sign({ scope, ttlSec: 300 }));
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function ask(view: string, text: string): Promise<void> {
  await page.getByRole('link', { name: view, exact: true }).click();
  await page.locator('input[name=asked]').fill(text);
  await page.getByRole('button', { name: 'Show' }).click();
}

it('takes no question while a token is being checked, so that none is lost', async () => {
  const checked = Promise.withResolvers<void>();
  await page.route('**/admin/v1/policy', async (route) => {
    await checked.promise;
    await route.continue();
  });
  await signIn('operator');
  await page.getByRole('link', { name: 'Subscriber', exact: true }).click();
  await page.waitForURL(/#\/subscribers$/);
  expect(await page.locator('input[name=asked]').count()).toBe(0);
  checked.resolve();
  await ask('Subscriber', bob.person.address);
  await page.locator('.device', { hasText: 'primary' }).waitFor();
});

it('says how a user can be reached, by whom it is known and what changed, and follows', async () => {
  await signIn('operator');
  await ask('Subscriber', bob.person.address);
  const phone = page.locator('.device', { hasText: 'primary' });
  await phone.getByText('IP AVAILABLE').waitFor();
  await world.smsOnly(bob);
  await phone.getByText('IP UNAVAILABLE').waitFor();
  await phone.getByText('CS AVAILABLE').waitFor();
  expect(await phone.locator('tbody tr', { hasText: 't8' }).first().textContent()).toContain('CS');
  await page.locator('tr', { hasText: 'connection/' }).filter({ hasText: /ip-/ }).first().waitFor();
});

it('shows what a user wrote as text, never as markup', async () => {
  await signIn('operator');
  await ask('Subscriber', bob.person.address);
  await page.locator('.device strong', { hasText: MARKUP }).waitFor();
  expect(await page.locator('main img').count()).toBe(0);
});

it('tells the journey of a message as it goes on', async () => {
  await world.smsOnly(bob);
  const alice = await world.household('Alice');
  await signIn('operator');
  const { id } = await alice.phone.sdk.send({ to: [bob.person.address], body: 'Dinner?', dispositionNotification: ['positive-delivery'] });
  await ask('Message', id);
  await page.locator('tr', { hasText: 'released to the sender' }).first().waitFor();
  await page.locator('tr', { hasText: 'sms-delivered' }).first().waitFor();
});

it('names what is wrong, and keeps what was asked', async () => {
  await signIn('operator');
  await ask('Message', 'nobody-knows');
  await page.getByRole('alert').getByText('no decision about such a message is known').waitFor();
  expect(await page.locator('input[name=asked]').inputValue()).toBe('nobody-knows');
  await page.getByRole('link', { name: 'Policy' }).click();
  const area = page.getByLabel('Policy as JSON');
  await area.fill((await area.inputValue()).replace(/"sms.maxSegments": \d+/, '"sms.maxSegments": 0'));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('sms.maxSegments').first().waitFor();
  await area.fill('{');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('This is no JSON').waitFor();
});

it('shows what a notification would say and cost', async () => {
  await signIn('operator');
  await page.getByRole('link', { name: 'Policy' }).click();
  await page.getByLabel('Language').fill('de');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.locator('blockquote', { hasText: 'ein Bild' }).waitFor();
  await page.getByText('1 short message, GSM 7-bit').waitFor();
});

it('lets nobody in but operators, and forgets the token when told to', async () => {
  await signIn('network');
  await page.getByRole('alert').waitFor();
  await signIn('operator');
  await page.getByRole('link', { name: 'Dead letters' }).click();
  await page.getByText('There are none.').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.reload();
  await page.getByLabel('Token').waitFor();
});
