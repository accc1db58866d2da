/** `npm run bench`: measures the recorder side by side with what it is compared to. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Bench, startBench } from './bench.js';
import type { Cleanup } from './cleanup.js';
import { describeMachine, type Machine } from './machine.js';
import { measureBlockedLoop } from './measure-blocked-loop.js';
import { measureCapacity } from './measure-capacity.js';
import { measureCopy } from './measure-copy.js';
import { measureCpu } from './measure-cpu.js';
import { measureForms } from './measure-forms.js';
import { measureMemory } from './measure-memory.js';
import { measureStall } from './measure-stall.js';
import type { Measurement } from './measurement.js';
import { commandExitCodes, measuringCommand } from './measuring-command.js';
import { type BenchOptions, help, type MeasurementId, parseOptions } from './options.js';
import { figureLines, isAllMet, reportLines } from './report.js';
import { runMeasurements } from './run-measurements.js';

const exitCodes = { met: 0, failed: commandExitCodes.failed, notMet: 2 } as const;

const measures: Readonly<Record<MeasurementId, (bench: Bench) => Promise<Measurement>>> = {
  a: measureCpu,
  b: measureMemory,
  c: measureStall,
  d: measureBlockedLoop,
  e: measureCapacity,
  f: measureCopy,
  g: measureForms,
};

/** Twice what each takes on an idle machine with two cores. */
const deadlinesMs: Readonly<Record<MeasurementId, number>> = {
  a: 12 * 60_000,
  b: 24 * 60_000,
  c: 6 * 60_000,
  d: 4 * 60_000,
  e: 14 * 60_000,
  f: 16 * 60_000,
  g: 12 * 60_000,
};
const quickDeadlineMs = 3 * 60_000;

function progress(line: string): void {
  process.stderr.write(`[bench] ${line}\n`);
}

async function save(
  options: BenchOptions,
  machine: Machine,
  measurements: readonly Measurement[],
): Promise<void> {
  const document = {
    schema: 'plateau.bench/1',
    at: new Date().toISOString(),
    isQuick: options.isQuick,
    machine,
    measurements,
  };
  await mkdir(dirname(options.outFile), { recursive: true });
  await writeFile(options.outFile, `${JSON.stringify(document, null, 2)}\n`);
}

async function runBench(options: BenchOptions, cleanup: Cleanup): Promise<number> {
  const machine = await describeMachine();
  const bench = await startBench(options.isQuick, cleanup, progress);
  const measurements: Measurement[] = [];
  const jobs = options.only.map((id) => ({
    id,
    deadlineMs: options.isQuick ? quickDeadlineMs : deadlinesMs[id],
    measure: (part: Cleanup) => measures[id]({ ...bench, cleanup: part }),
  }));
  const failures = await runMeasurements(jobs, cleanup, {
    onBegin: (id) => progress(`${id} begins`),
    onMeasured: async (measurement) => {
      measurements.push(measurement);
      process.stdout.write(`${figureLines([measurement]).join('\n')}\n`);
      await save(options, machine, measurements);
    },
    onFailed: progress,
  });
  process.stdout.write(`${reportLines(machine, measurements, options.isQuick).join('\n')}\n`);
  for (const failure of failures) process.stdout.write(`NOT MEASURED ${failure}\n`);
  if (failures.length > 0) return exitCodes.failed;
  return isAllMet(measurements) ? exitCodes.met : exitCodes.notMet;
}

process.exit(await measuringCommand({ help, parse: parseOptions, run: runBench, progress }));
