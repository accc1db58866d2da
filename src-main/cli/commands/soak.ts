import { PlateauError, toPlateauError } from '../../contract/errors.js';
import { followSchedule } from '../../lab/faults/fault-schedule.js';
import type { DemoSession } from '../../lab/room/demo-session.js';
import type { Source } from '../../contract/recording.js';
import type { Snapshot } from '../../contract/snapshot.js';
import type { MemoryOutcome } from '../../contract/verdict.js';
import { memoryOutcome } from '../../telemetry/memory-outcome.js';
import type { CommandConsole } from '../output/command-console.js';
import { memoryTable } from '../output/demo-report.js';
import { Ending, takeResult } from '../run/exit-result.js';
import { FirstTrackWait } from '../run/first-track.js';
import { Interrupts } from '../run/interrupts.js';
import { soakCycles } from './soak-cycles.js';
import { soakExitCode, verdictLines } from '../output/soak-outcome.js';
import { readSoakPlan, type SoakOptions, type SoakPlan } from '../options/soak-plan.js';
import { runTake, type TakeRun } from '../run/take-run.js';
import { writeReportLine } from '../output/write-report-line.js';
import { nothingRecorded, takeProblem, takeSummary } from '../output/take-summary.js';
import { RecorderStatusPrinter } from '../run/status-printer.js';
import { MemoryTable, type MemorySample } from '../../telemetry/memory-sample.js';

/**
 * `plateau soak`: records a room for some minutes and says whether memory is flat, or repeats sessions and
 * says what each leaves behind.
 *
 * @returns 0 for FLAT, 1 for LEAK or over budget, 2 for UNDECIDED; 3 and more when the take failed
 */
export async function soak(
  options: SoakOptions,
  console: CommandConsole,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const plan = readSoakPlan(options, environment);
  if (plan.faults.length > 0 && plan.source !== null && !plan.isConfirmed) {
    throw new PlateauError(
      'usage',
      'Faults in a real room may cost its take.',
      'Leave --url and --room out for the demo room, or add --confirm-real-room.',
    );
  }
  const { checkBeforeConnecting } = await import('../../recorder/preflight.js');
  await checkBeforeConnecting(plan.request.outputFolder);
  const ending = new Ending(console);
  const interrupts = new Interrupts(() => {
    ending.endAtOnce();
  });
  interrupts.listen();
  const { openDemoSession } = await import('../../lab/room/demo-session.js');
  const { shutDownLivekit } = await import('../../livekit/shut-down.js');
  const demo = plan.source === null ? await openDemoSession() : null;
  if (demo !== null) console.say('A LiveKit server and three synthetic participants run on this machine.');
  const source = plan.source ?? demo?.source;
  try {
    if (source === undefined) throw nothingRecorded();
    const exitCode =
      plan.cycles === null && plan.takes === null
        ? await soakTake(plan, source, { console, interrupts, ending, demo })
        : await soakCycles(plan, source, console, interrupts);
    return ending.reached(exitCode);
  } finally {
    await demo?.close();
    await shutDownLivekit();
  }
}

interface SoakDependencies {
  readonly console: CommandConsole;
  readonly interrupts: Interrupts;
  readonly ending: Ending;
  /** Null in a real room. */
  readonly demo: DemoSession | null;
}

async function soakTake(
  plan: SoakPlan,
  source: Source,
  { console, interrupts, ending, demo }: SoakDependencies,
): Promise<number> {
  const { Recorder } = await import('../../recorder/recorder.js');
  const { FaultBench } = await import('../../lab/faults/fault-bench.js');
  const recorder = new Recorder();
  const samples = new SoakSamples(plan.minutes * 60_000);
  const bench = new FaultBench({
    recorder,
    people: demo?.people ?? null,
    network: demo?.network ?? null,
    source,
  });
  const onFaultFailed = (thrown: unknown): void => {
    console.say(`warning: a fault could not be started: ${toPlateauError(thrown).message}`);
  };
  followSchedule(plan.faults, bench, recorder, plan.isConfirmed, onFaultFailed);
  try {
    const watch = new RecorderStatusPrinter(recorder, console, samples.accept);
    const firstTrack = new FirstTrackWait(recorder);
    await recorder.connect(source, { participants: null, audioOnly: plan.request.audioOnly });
    const first = await firstTrack.end(interrupts.first, null, plan.request.participants, console);
    if (first !== 'published') throw recorder.lostBy ?? nothingRecorded();
    const run = await runTake({
      recorder,
      request: plan.request,
      durationMs: plan.minutes * 60_000,
      console,
      interrupts,
      onStarted: (takePath) => {
        ending.takePath = takePath;
      },
    });
    watch.close();
    const exitCode = report(run, samples, plan, console);
    // The report is what a soak is for.
    await writeReportLine(run.takePath, `Soak of ${plan.minutes} min`, console);
    return exitCode;
  } finally {
    await bench.close();
    await recorder.disconnect();
  }
}

/** The lines of the table, and the last that was said of memory, from a take's snapshots. */
class SoakSamples {
  readonly #table: MemoryTable;
  outcome: MemoryOutcome = {
    word: 'NO VERDICT',
    verdict: null,
    peakRssBytes: 0,
    budgetBytes: null,
    exceededCeilingBytes: null,
  };

  constructor(durationMs: number) {
    this.#table = new MemoryTable(durationMs);
  }

  readonly accept = (snapshot: Snapshot): void => {
    if (snapshot.state !== 'recording' || snapshot.takeMs === null) return;
    this.outcome = memoryOutcome(snapshot, this.outcome);
    this.#table.add(snapshot);
  };

  get table(): readonly MemorySample[] {
    return this.#table.samples;
  }
}

function report(run: TakeRun, samples: SoakSamples, plan: SoakPlan, console: CommandConsole): number {
  const { manifest, takePath } = run;
  if (manifest !== null) for (const line of takeSummary(manifest, takePath)) console.say(line);
  const problem = run.problem ?? (manifest === null ? null : takeProblem(manifest.files));
  if (problem !== null) console.fail(problem.toReport());
  const { outcome } = samples;
  console.say('\nMemory over the take:');
  for (const line of memoryTable(samples.table)) console.say(line);
  console.say();
  for (const line of verdictLines(outcome)) console.say(line);
  console.say(outcome.word);
  const exitCode = problem === null ? soakExitCode(outcome.word, plan.assertion) : problem.exitCode;
  console.emit('result', {
    ...takeResult(exitCode, problem?.toReport() ?? null, takePath),
    verdict: outcome.word,
    minutes: plan.minutes,
    memory: samples.table,
    judged: outcome.verdict,
    peakRssBytes: outcome.peakRssBytes,
    budgetBytes: outcome.budgetBytes,
  });
  return exitCode;
}
