/** `npm run faults`: breaks real takes, and says what is lost. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Cleanup } from '../bench/cleanup.js';
import { describeMachine, type Machine } from '../bench/machine.js';
import { commandExitCodes, measuringCommand } from '../bench/measuring-command.js';
import { openLab } from './fault-lab.js';
import { type FaultRow, markdownLines, rowLines } from './fault-row.js';
import { faultIds, faults } from './faults.js';
import { type FaultOptions, help, parseOptions } from './options.js';
import { runRows } from './run-rows.js';

const exitCodes = { measured: 0, failed: commandExitCodes.failed } as const;

function progress(line: string): void {
  process.stderr.write(`[faults] ${line}\n`);
}

/** What an earlier run has saved there: rows may be measured one by one. */
async function savedRows(outFile: string): Promise<FaultRow[]> {
  try {
    const saved = JSON.parse(await readFile(outFile, 'utf8')) as { schema: string; rows: FaultRow[] };
    return saved.schema === 'plateau.faults/1' ? saved.rows : [];
  } catch {
    return [];
  }
}

/** Rows of this run take the place of older ones, in the order of the table. */
function merged(saved: readonly FaultRow[], measured: readonly FaultRow[]): FaultRow[] {
  return faultIds.flatMap((id) => {
    const row = measured.find((one) => one.id === id) ?? saved.find((one) => one.id === id);
    return row === undefined ? [] : [row];
  });
}

async function save(options: FaultOptions, machine: Machine, rows: readonly FaultRow[]): Promise<void> {
  const document = { schema: 'plateau.faults/1', at: new Date().toISOString(), machine, rows };
  await mkdir(dirname(options.outFile), { recursive: true });
  await writeFile(options.outFile, `${JSON.stringify(document, null, 2)}\n`);
}

async function runFaults(options: FaultOptions, cleanup: Cleanup): Promise<number> {
  const machine = await describeMachine();
  const lab = await openLab(options.isQuick ? ['ada'] : ['ada', 'ben', 'cleo'], cleanup, progress);
  const saved = options.isQuick ? [] : await savedRows(options.outFile);
  const rows: FaultRow[] = [];
  const jobs = options.only.map((id) => ({
    id,
    fault: faults[id].fault,
    tries: options.tries ?? faults[id].tries,
    tryDeadlineMs: faults[id].tryDeadlineMs,
    attempt: (part: Cleanup) => faults[id].attempt(lab, part),
  }));
  const failures = await runRows(jobs, cleanup, {
    onTried: (id, number, { isRecovered, lostSeconds, remark = '', unaccountedFrames }) => {
      progress(
        `${id} ${number}: ${lostSeconds.toFixed(2)} s lost, ${unaccountedFrames} unaccounted, ` +
          `${isRecovered ? 'recovered' : 'NOT RECOVERED'} ${remark}`,
      );
    },
    onRow: async (row) => {
      rows.push(row);
      process.stdout.write(`${rowLines([row]).join('\n')}\n`);
      await save(options, machine, merged(saved, rows));
    },
    onFailed: progress,
  });
  process.stdout.write(`\n${markdownLines(merged(saved, rows)).join('\n')}\n`);
  for (const failure of failures) process.stdout.write(`NOT MEASURED ${failure}\n`);
  return failures.length > 0 ? exitCodes.failed : exitCodes.measured;
}

process.exit(await measuringCommand({ help, parse: parseOptions, run: runFaults, progress }));
