import { type Browser, chromium } from 'playwright-core';
import { browserPath, launchOptions } from './window-page.js';

let started: Promise<Browser> | null = null;

/**
 * One for all files of tests, which run one after the other in the same process: to start it, and to read what drives it,
 * costs more than most of them. It ends with that process.
 */
export function sharedBrowser(): Promise<Browser> {
  started ??= chromium.launch(launchOptions(browserPath ?? ''));
  return started;
}
