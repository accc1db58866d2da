import { basename, extname, join, resolve } from 'node:path';
import { PlateauError } from '../contract/errors.js';
import type { Report } from '../contract/report.js';
import { manifestFileName } from '../storage/manifest-file.js';
import { replaceFile } from '../storage/replace-file.js';
import { buildReport, type ReportExtras } from './build-report.js';
import { namedFile } from './named-file.js';
import { reportPage } from './report-page.js';

/** What a report is called where nobody says. */
const usualName = 'report.html';

/** A report, and where it was written. */
export interface WrittenReport {
  readonly report: Report;
  readonly htmlPath: string;
  readonly jsonPath: string;
}

/** Where a report goes, by the file that was named: the page and its JSON stand beside each other. */
export interface ReportPaths {
  readonly htmlPath: string;
  readonly jsonPath: string;
}

/**
 * What a name asks for: `x.html` and `x.json` mean both files; a name without an ending is the page's.
 *
 * @throws PlateauError `usage` for an ending that says that it is something else, and for the take's own files
 */
export function reportPaths(takePath: string, named: string): ReportPaths {
  const extension = endingOf(named);
  const kind = extension.toLowerCase();
  if (!['', '.html', '.htm', '.json'].includes(kind)) {
    throw new PlateauError(
      'usage',
      `A report is HTML and JSON, not ${extension.slice(1)}.`,
      'Name a file that ends with .html or .json; the other one is written beside it.',
    );
  }
  const stem = extension === '' ? named : named.slice(0, -extension.length);
  const paths =
    kind === '.json'
      ? { htmlPath: `${stem}.html`, jsonPath: named }
      : { htmlPath: named, jsonPath: `${stem}.json` };
  if (resolve(paths.jsonPath) === resolve(takePath, manifestFileName)) {
    throw new PlateauError(
      'usage',
      `The report would take the place of the take’s ${manifestFileName}.`,
      'Choose another name: report.html is usual.',
    );
  }
  return paths;
}

/** `.json` is a name that ends so, and not one without an ending. */
function endingOf(named: string): string {
  const name = basename(named);
  return /^\.(?:json|html?)$/i.test(name) ? name : extname(named);
}

/**
 * Writes a take's report for people and for programs: `report.html` and `report.json` in its folder.
 *
 * @param takePath a take's folder; the take may still be running
 * @param named elsewhere, by a folder or by the name of either file: see {@link reportPaths}
 * @throws PlateauError `usage` for a name that is of no report, or below no folder; `takeNotFound` without a manifest; `diskFull`,
 *   `outputUnwritable`
 */
export async function writeReport(
  takePath: string,
  extras: ReportExtras = {},
  named?: string,
): Promise<WrittenReport> {
  const path = named === undefined ? join(takePath, usualName) : await namedFile(named, usualName);
  const { htmlPath, jsonPath } = reportPaths(takePath, path);
  const report = await buildReport(takePath, extras);
  await replaceFile(jsonPath, `${JSON.stringify(report, null, 1)}\n`);
  await replaceFile(htmlPath, reportPage(report));
  return { report, htmlPath, jsonPath };
}
