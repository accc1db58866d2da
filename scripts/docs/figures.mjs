#!/usr/bin/env node
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { projectDirectory, runScript, setUp } from '../setup/set-up.mjs';
import { SetUpError } from '../setup/set-up-error.mjs';

// `npm run docs:figures [-- --take FOLDER]`: makes every picture of docs/images from the current product. The report's
// is that of a take, or, without one, of synthetic telemetry.

const imageFolder = path.join(projectDirectory, 'docs', 'images');
/** What of a report fits a page of the README. */
const reportSize = { width: 1100, height: 1120 };

await runScript(async () => {
  const environment = await setUp({ build: 'engine', browser: true });
  const browserPath = environment['CHROMIUM_PATH'];
  if (browserPath === undefined) throw new SetUpError('The pictures need Chromium.', ['set CHROMIUM_PATH']);
  // After the set-up: before it there may be no dependencies.
  const { runnerImport } = await import('vite');
  /**
   * @param {string} file
   * @returns {Promise<unknown>}
   */
  const load = async (file) => {
    const loaded = await runnerImport(path.join(projectDirectory, file), {
      configFile: false,
      logLevel: 'warn',
    });
    return /** @type {{ module: unknown }} */ (loaded).module;
  };

  const { drawWindowFigures } =
    /** @type {{ drawWindowFigures: (folder: string, browserPath: string) => Promise<void> }} */ (
      await load('test/renderer/figures.ts')
    );
  await drawWindowFigures(imageFolder, browserPath);
  process.stdout.write('[figures] the window\n');

  const flag = process.argv.indexOf('--take');
  const given = flag === -1 ? undefined : process.argv[flag + 1];
  const { writeHalfAnHour } = /** @type {{ writeHalfAnHour: () => Promise<string> }} */ (
    await load('test/unit/report/half-an-hour.ts')
  );
  const take = given ?? (await writeHalfAnHour());
  try {
    await drawReport(take, browserPath);
  } finally {
    if (given === undefined) await rm(take, { recursive: true });
  }
  process.stdout.write(`[figures] the report of ${given ?? 'synthetic telemetry'}\n`);
  return 0;
});

/**
 * @param {string} take
 * @param {string} browserPath
 */
async function drawReport(take, browserPath) {
  const { writeReport } = await import('#engine/report/write-report.js');
  const { chromium } = await import('playwright-core');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'plateau-figures-'));
  const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: reportSize, locale: 'en-GB', timezoneId: 'UTC' });
    const { htmlPath } = await writeReport(take, {}, path.join(folder, 'report.html'));
    await page.goto(`file://${htmlPath}`);
    await page.screenshot({ path: path.join(imageFolder, 'report.png') });
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
}
