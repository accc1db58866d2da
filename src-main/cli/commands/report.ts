import { resolve } from 'node:path';
import { verdictWords } from '../../contract/verdict-rules.js';
import {
  formatInterval,
  formatSlope,
  intervalName,
  processNames,
  verdictSentence,
} from '../../format/verdict-text.js';
import type { CommandConsole } from '../output/command-console.js';
import { printable } from '../output/printable.js';

/** `plateau report`: a take's report for people and for programs. @returns the exit code */
export async function report(
  folder: string,
  options: { readonly out?: string },
  console: CommandConsole,
): Promise<number> {
  const { writeReport } = await import('../../report/write-report.js');
  const { report: written, htmlPath, jsonPath } = await writeReport(folder, {}, options.out);
  console.say(`${verdictWords[written.verdict]}  ${printable(written.title)}`);
  console.say(verdictSentence(written));
  for (const judged of written.verdicts) {
    console.say(
      `  ${processNames[judged.process]}: ${verdictWords[judged.verdict]}, slope ${formatSlope(judged.slope)}, ${intervalName} ${formatInterval(judged.slope)}`,
    );
  }
  if (written.memory.overBudget !== null) console.say('Memory went over its budget.');
  if (written.memory.overCeiling !== null) console.say('Memory went over its ceiling.');
  console.say(`Report: ${resolve(htmlPath)}`);
  console.say(`        ${resolve(jsonPath)}`);
  const { verdict, verdicts, memory, totals } = written;
  console.emit('result', {
    exitCode: 0,
    htmlPath: resolve(htmlPath),
    jsonPath: resolve(jsonPath),
    ...{
      verdict,
      verdicts: verdicts.map(({ process, verdict: word, slope }) => ({ process, verdict: word, slope })),
    },
    ...{ memory, totals },
  });
  return 0;
}
