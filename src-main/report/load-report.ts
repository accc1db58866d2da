import { readFile, stat } from 'node:fs/promises';
import { PlateauError } from '../contract/errors.js';
import { type Report, reportSchema } from '../contract/report.js';
import { buildReport } from './build-report.js';

/**
 * A report from a take's folder, built anew from its telemetry, or from a report.json.
 *
 * @throws PlateauError `takeNotFound` when there is nothing of that name, it is no report, or a folder without a
 *   manifest
 */
export async function loadReport(path: string): Promise<Report> {
  const found = await stat(path).catch(() => null);
  if (found === null) {
    throw new PlateauError(
      'takeNotFound',
      'There is no such take folder or report.',
      'Name a take’s folder, or its report.json.',
    );
  }
  if (found.isDirectory()) return buildReport(path);
  try {
    return reportSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new PlateauError(
      'takeNotFound',
      'The file is not a plateau.report/1.',
      'Name a take’s folder, or the report.json that `plateau report` has written.',
      { cause },
    );
  }
}
