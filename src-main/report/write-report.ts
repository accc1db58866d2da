import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Report } from '../contract/report.js';
import { syncFolder } from '../storage/sync-to-disk.js';
import { outputError } from '../storage/take-folder.js';
import { buildReport, type ReportExtras } from './build-report.js';
import { reportPage } from './report-page.js';

/** A report, and where it was written. */
export interface WrittenReport {
  readonly report: Report;
  readonly htmlPath: string;
  readonly jsonPath: string;
}

/**
 * Writes a take's report for people and for programs: `report.html` and `report.json` in its folder.
 *
 * @param takePath a take's folder; the take may still be running
 * @param htmlPath elsewhere; the JSON stands beside it
 * @throws PlateauError `verificationFailed` without a manifest; `diskFull`, `outputUnwritable`
 */
export async function writeReport(
  takePath: string,
  extras: ReportExtras = {},
  htmlPath: string = join(takePath, 'report.html'),
): Promise<WrittenReport> {
  const report = await buildReport(takePath, extras);
  const extension = extname(htmlPath);
  const stem = extension === '' || extension === '.json' ? htmlPath : htmlPath.slice(0, -extension.length);
  const jsonPath = `${stem}.json`;
  await replaceFile(jsonPath, `${JSON.stringify(report, null, 1)}\n`);
  await replaceFile(htmlPath, reportPage(report));
  return { report, htmlPath, jsonPath };
}

/**
 * Writes beside the file, fsyncs and renames over it: a reader sees the old one or the new one.
 *
 * @throws PlateauError `diskFull`, `outputUnwritable`
 */
export async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw outputError(thrown);
  }
}
