import { type Browser, chromium } from 'playwright-core';
import { browserPath, launchOptions } from './window-page.js';

let started: Promise<Browser> | null = null;
let interpreting: Promise<Browser> | null = null;

/**
 * One for all files of tests, which run one after the other in the same process: to start it, and to read what drives it,
 * costs more than most of them. It ends with that process.
 */
export function sharedBrowser(): Promise<Browser> {
  started ??= chromium.launch(launchOptions(browserPath ?? ''));
  return started;
}

/**
 * One for scenes, each of which is loaded, arranged, and over: what its programs are compiled to the utmost for never comes,
 * and to compile them took a tenth of what they cost.
 */
export function sceneBrowser(): Promise<Browser> {
  const { args = [], ...options } = launchOptions(browserPath ?? '');
  const flag = '--js-flags=--max-optimized-bytecode-size=0 --no-maglev';
  interpreting ??= chromium.launch({ ...options, args: [...args, flag] });
  return interpreting;
}
