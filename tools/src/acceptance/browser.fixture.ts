import { chromium, type Browser, type Page } from 'playwright-core';
import { debianPackages } from '../debian/debian-packages.js';

const CHROMIUM = '/usr/bin/chromium';

/** Debian's Chromium without a window, or the one that CHROMIUM names. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? CHROMIUM;
  if (executablePath === CHROMIUM) await debianPackages(['chromium'], [CHROMIUM]);
  // Its sandbox does not run as root, and it visits nothing but this machine.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** A tab, and what went wrong in it: errors of scripts, and what the page's security policy held back. */
export async function openPage(browser: Browser): Promise<{ readonly page: Page; readonly faults: readonly string[] }> {
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (said) => {
    if (said.type() === 'error' && !said.text().startsWith('Failed to load resource')) faults.push(said.text());
  });
  return { page, faults };
}
