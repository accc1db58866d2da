/** `npm run bench`: measures the recorder side by side with what it is compared to. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { startBench, type Bench } from './bench.js';
import { Cleanup } from './cleanup.js';
import { describeMachine, type Machine } from './machine.js';
import { measureBlockedLoop } from './measure-blocked-loop.js';
import { measureCapacity } from './measure-capacity.js';
import { measureCpu } from './measure-cpu.js';
import { measureMemory } from './measure-memory.js';
import { measureStall } from './measure-stall.js';
import type { Measurement } from './measurement.js';
import { help, parseOptions, type BenchOptions, type MeasurementId } from './options.js';
import { isAllMet, reportLines } from './report.js';

const exitCodes = { met: 0, failed: 1, notMet: 2, usage: 64, interrupted: 130 } as const;

const measures: Readonly<Record<MeasurementId, (bench: Bench) => Promise<Measurement>>> = {
  a: measureCpu,
  b: measureMemory,
  c: measureStall,
  d: measureBlockedLoop,
  e: measureCapacity,
};

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
  const failures: string[] = [];
  for (const id of options.only) {
    progress(`${id} begins`);
    try {
      measurements.push(await measures[id](bench));
    } catch (thrown) {
      // The others are still worth having.
      const failure = `${id}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
      failures.push(failure);
      progress(failure);
    }
    await save(options, machine, measurements);
  }
  process.stdout.write(`${reportLines(machine, measurements, options.isQuick).join('\n')}\n`);
  for (const failure of failures) process.stdout.write(`NOT MEASURED ${failure}\n`);
  if (failures.length > 0) return exitCodes.failed;
  return isAllMet(measurements) ? exitCodes.met : exitCodes.notMet;
}

async function main(): Promise<number> {
  let options: BenchOptions;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${help}\n`);
    return exitCodes.usage;
  }
  if (options.wantsHelp) {
    process.stdout.write(`${help}\n`);
    return exitCodes.met;
  }
  const cleanup = new Cleanup();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      progress(`${signal}: ending every process`);
      void cleanup.run().then(() => process.exit(exitCodes.interrupted));
    });
  }
  try {
    return await runBench(options, cleanup);
  } finally {
    await cleanup.run();
  }
}

process.exit(await main());
