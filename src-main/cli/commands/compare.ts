import { extname, resolve } from 'node:path';
import { answerExitCodes, PlateauError } from '../../contract/errors.js';
import type { ComparisonOutcome } from '../../report/compare-reports.js';
import type { CommandConsole } from '../output/command-console.js';
import { printable } from '../output/printable.js';
import { textTable } from '../output/text-table.js';

/** A script tells a run that is worse from one of which nothing can be said. */
const exitCodes: Readonly<Record<ComparisonOutcome, number>> = {
  notWorse: answerExitCodes.yes,
  worse: answerExitCodes.no,
  notComparable: answerExitCodes.notComparable,
};

/**
 * `plateau compare`: two runs side by side.
 *
 * @param pathA a take's folder or a report.json
 * @returns 0 when B is not worse than A, 11 when it is, 10 when the two cannot be compared
 */
export async function compare(
  pathA: string,
  pathB: string,
  options: { readonly html?: string },
  console: CommandConsole,
): Promise<number> {
  const page = options.html === undefined ? null : await pageOf(options.html);
  const { loadReport } = await import('../../report/load-report.js');
  const { compareReports, outcomeTexts } = await import('../../report/compare-reports.js');
  // One after the other: each reads a whole telemetry file.
  const a = await loadReport(pathA);
  const b = await loadReport(pathB);
  const comparison = compareReports(a, b);
  console.say(`A: ${printable(a.title)}`);
  console.say(`B: ${printable(b.title)}`);
  const rows = comparison.rows.map((row) => [row.what, printable(row.a), printable(row.b)]);
  for (const line of textTable(
    [
      { title: '', align: 'left' },
      { title: 'A', align: 'right' },
      { title: 'B', align: 'right' },
    ],
    rows,
  )) {
    console.say(line);
  }
  if (page !== null) {
    const { comparePage } = await import('../../report/compare-page.js');
    const { replaceFile } = await import('../../storage/replace-file.js');
    await replaceFile(page, comparePage(a, b, comparison));
    console.say(`Side by side: ${resolve(page)}`);
  }
  const { outcome, worse, notComparable } = comparison;
  const reasons = [...notComparable, ...worse];
  console.say(`${outcomeTexts[outcome]}${reasons.length === 0 ? '.' : ':'}`);
  for (const reason of notComparable) console.say(`  ${printable(reason)}`);
  if (outcome === 'notComparable' && worse.length > 0) console.say('What is worse in B, if they could be:');
  for (const reason of worse) console.say(`  ${printable(reason)}`);
  const exitCode = exitCodes[outcome];
  console.emit('result', {
    exitCode,
    outcome,
    isWorse: worse.length > 0,
    worse,
    notComparable,
    rows: comparison.rows,
  });
  return exitCode;
}

async function pageOf(named: string): Promise<string> {
  const { namedFile } = await import('../../report/named-file.js');
  const file = await namedFile(named, 'comparison.html');
  if (['', '.html', '.htm'].includes(extname(file).toLowerCase())) return file;
  throw new PlateauError(
    'usage',
    `--html writes a page, and ${extname(file)} is none.`,
    'Name a file that ends with .html. For programs there is --json.',
  );
}
