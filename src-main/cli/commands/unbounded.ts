import { PlateauError, toPlateauError } from '../../contract/errors.js';
import type { Fault } from '../../contract/faults.js';
import { defaultProfileName, profiles } from '../../contract/profile.js';
import type { Snapshot } from '../../contract/snapshot.js';
import type { DemoSession } from '../../lab/room/demo-session.js';
import { followSchedule, type ScheduledFault } from '../../lab/faults/fault-schedule.js';
import type { CommandConsole } from '../output/command-console.js';
import { Ending, takeResult } from '../run/exit-result.js';
import { FirstTrackWait } from '../run/first-track.js';
import { Interrupts } from '../run/interrupts.js';
import { defaultOutputFolder } from '../options/record-plan.js';
import { runTake, type TakeRun } from '../run/take-run.js';
import { writeReportLine } from '../output/write-report-line.js';
import { nothingRecorded, takeProblem, takeSummary } from '../output/take-summary.js';
import { RecorderStatusPrinter } from '../run/status-printer.js';
import {
  controlRunProblem,
  besideSampleOf,
  besideSummary,
  controlRunTable,
  type BesideOutcome,
  type BesideSample,
} from '../output/unbounded-outcome.js';

/** The options of `plateau unbounded`, as commander hands them over. */
export interface UnboundedOptions {
  readonly seconds?: string;
  readonly stopAt?: string;
  readonly out?: string;
}

export interface UnboundedPlan {
  readonly seconds: number;
  readonly stopAtMegabytes: number;
  readonly faults: readonly ScheduledFault[];
}

const defaults = { seconds: 60, stopAtMegabytes: 2_000 } as const;
const limits = { minSeconds: 20, maxSeconds: 600, minMegabytes: 200, maxMegabytes: 64_000 } as const;
/** Both record for a while before the trouble begins, so that it can be seen what they need without it. */
const startMs = 4_000;
const troubleMs = 10_000;
const sampleEveryMs = 5_000;

/** @throws PlateauError `usage` */
export function readUnboundedPlan(
  options: UnboundedOptions,
  platform: NodeJS.Platform = process.platform,
): UnboundedPlan {
  const seconds = options.seconds === undefined ? defaults.seconds : Number(options.seconds);
  if (!(seconds >= limits.minSeconds && seconds <= limits.maxSeconds)) {
    throw new PlateauError(
      'usage',
      `--seconds has to be a number from ${limits.minSeconds} to ${limits.maxSeconds}.`,
      'Leave it out for one minute.',
    );
  }
  const stopAtMegabytes = readMegabytes(options.stopAt);
  const rest = Math.min(3600, seconds);
  // Windows cannot hold a process still: there the disk does.
  const trouble: Fault =
    platform === 'win32' ? { name: 'stallSink', seconds: rest } : { name: 'pauseFfmpeg', seconds: rest };
  return {
    seconds,
    stopAtMegabytes,
    faults: [
      { atMs: startMs, fault: { name: 'unbounded', stopAtMegabytes, seconds: rest } },
      { atMs: troubleMs, fault: trouble },
    ],
  };
}

/** `2000M`, `2G` or `2000`, which are megabytes. */
function readMegabytes(text: string | undefined): number {
  if (text === undefined) return defaults.stopAtMegabytes;
  const parts = /^(\d+(?:\.\d+)?)(m|g)?b?$/i.exec(text.trim());
  const megabytes = Number(parts?.[1] ?? NaN) * (parts?.[2]?.toLowerCase() === 'g' ? 1_000 : 1);
  if (megabytes >= limits.minMegabytes && megabytes <= limits.maxMegabytes) return megabytes;
  throw new PlateauError(
    'usage',
    `--stop-at has to be from ${limits.minMegabytes}M to ${limits.maxMegabytes / 1000}G.`,
    'Write it as 2000M or 2G.',
  );
}

/**
 * `plateau unbounded`: the demo room recorded with caps and, beside it, without; after some seconds the
 * encoders of both stand still, and one of them grows.
 *
 * @returns 0 when the recorder with caps stayed within its budget and the one without grew
 */
export async function unbounded(options: UnboundedOptions, console: CommandConsole): Promise<number> {
  const plan = readUnboundedPlan(options);
  const outputFolder = options.out ?? defaultOutputFolder;
  const { checkBeforeConnecting } = await import('../../recorder/preflight.js');
  await checkBeforeConnecting(outputFolder);
  const ending = new Ending(console);
  const interrupts = new Interrupts(() => {
    ending.endAtOnce();
  });
  interrupts.listen();
  const { openDemoSession } = await import('../../lab/room/demo-session.js');
  const { shutDownLivekit } = await import('../../livekit/shut-down.js');
  // A slow round: nobody's frame shrinks while the two are compared.
  const demo = await openDemoSession(2.5 * plan.seconds);
  console.say('A LiveKit server and three synthetic participants run on this machine.');
  console.say(
    `At ${startMs / 1000} s a recorder without caps starts beside the take; at ${troubleMs / 1000} s the encoders of both stall. The one without caps stops at ${plan.stopAtMegabytes} MB.`,
  );
  try {
    return ending.reached(await compare(plan, demo, outputFolder, console, interrupts, ending));
  } finally {
    await demo.close();
    await shutDownLivekit();
  }
}

async function compare(
  plan: UnboundedPlan,
  { source, people }: DemoSession,
  outputFolder: string,
  console: CommandConsole,
  interrupts: Interrupts,
  ending: Ending,
): Promise<number> {
  const { Recorder } = await import('../../recorder/recorder.js');
  const { FaultBench } = await import('../../lab/faults/fault-bench.js');
  const recorder = new Recorder();
  const bench = new FaultBench({ recorder, people, source });
  const both = new BothRecorders(console);
  followSchedule(plan.faults, bench, recorder, false, (thrown) => {
    console.say(`warning: ${toPlateauError(thrown).message}`);
  });
  try {
    const watch = new RecorderStatusPrinter(recorder, console, both.accept);
    const firstTrack = new FirstTrackWait(recorder);
    await recorder.connect(source, { participants: null, audioOnly: false });
    const first = await firstTrack.end(interrupts.first, null, null, console);
    if (first !== 'published') throw recorder.lostBy ?? nothingRecorded();
    const profile = profiles[defaultProfileName];
    const run = await runTake({
      recorder,
      request: { outputFolder, profile, audioOnly: false, participants: null },
      durationMs: plan.seconds * 1000,
      console,
      interrupts,
      onStarted: (takePath) => {
        ending.takePath = takePath;
      },
    });
    both.end(recorder.unbounded());
    watch.close();
    return await report(run, both, console);
  } finally {
    await bench.close();
    await recorder.disconnect();
  }
}

/** What both recorders came to, from the take's snapshots. */
class BothRecorders {
  readonly samples: BesideSample[] = [];
  readonly #console: CommandConsole;
  #peakRssBytes = 0;
  #budgetBytes: number | null = null;
  #before: BesideSample | null = null;
  #unbounded: Snapshot['unbounded'] = null;

  constructor(console: CommandConsole) {
    this.#console = console;
  }

  readonly accept = (snapshot: Snapshot): void => {
    if (snapshot.state !== 'recording' || snapshot.takeMs === null) return;
    this.#peakRssBytes = Math.max(this.#peakRssBytes, snapshot.memory.rssBytes);
    this.#budgetBytes = snapshot.memory.budgetBytes;
    this.#unbounded = snapshot.unbounded;
    const sample = besideSampleOf(snapshot);
    if (snapshot.takeMs < troubleMs) this.#before = sample;
    if (snapshot.takeMs < this.samples.length * sampleEveryMs) return;
    this.samples.push(sample);
    const [head = '', line = ''] = controlRunTable([sample]);
    if (this.samples.length === 1) this.#console.say(head);
    this.#console.say(line.padStart(head.length));
  };

  /** With what was known of it when the take had ended. */
  end(latest: Snapshot['unbounded']): void {
    this.#unbounded = latest ?? this.#unbounded;
  }

  get outcome(): BesideOutcome {
    return {
      peakRssBytes: this.#peakRssBytes,
      budgetBytes: this.#budgetBytes,
      grownBytes: this.#peakRssBytes - (this.#before?.rssBytes ?? 0),
      unboundedGrownBytes: (this.#unbounded?.peakRssBytes ?? 0) - (this.#before?.unboundedRssBytes ?? 0),
      unbounded: this.#unbounded,
    };
  }
}

async function report(run: TakeRun, both: BothRecorders, console: CommandConsole): Promise<number> {
  const { manifest, takePath } = run;
  if (manifest !== null) for (const line of takeSummary(manifest, takePath)) console.say(line);
  const { outcome, samples } = both;
  console.say('\nThe same take with caps and without:');
  for (const line of controlRunTable(samples)) console.say(line);
  console.say();
  for (const line of besideSummary(outcome)) console.say(line);
  await writeReportLine(takePath, 'With caps and without', console);
  const problem =
    run.problem ??
    (manifest === null ? nothingRecorded() : takeProblem(manifest.files)) ??
    controlRunProblem(outcome);
  if (problem !== null) console.fail(problem.toReport());
  const exitCode = problem?.exitCode ?? 0;
  console.emit('result', {
    ...takeResult(exitCode, problem?.toReport() ?? null, takePath),
    samples,
    ...outcome,
  });
  return exitCode;
}
