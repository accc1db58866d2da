import { resolve } from 'node:path';
import { toPlateauError } from '../../contract/errors.js';
import type { CommandConsole } from './command-console.js';

/** Writes a take's report and says where it is; that it cannot be written does not change what was found. */
export async function writeReportLine(
  takePath: string,
  title: string,
  console: CommandConsole,
): Promise<void> {
  const { writeReport } = await import('../../report/write-report.js');
  try {
    const { htmlPath } = await writeReport(takePath, { title });
    console.say(`Report: ${resolve(htmlPath)}`);
  } catch (thrown) {
    console.say(`warning: the report could not be written: ${toPlateauError(thrown).message}`);
  }
}
