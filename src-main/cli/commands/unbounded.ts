import { besideTimes } from '../../contract/beside-times.js';
import type { Snapshot } from '../../contract/snapshot.js';
import { nothingRecorded, takeProblem } from '../../format/take-problem.js';
import { demoRoomRequest } from '../options/record-plan.js';
import { readUnboundedPlan, type UnboundedOptions } from '../options/unbounded-plan.js';
import type { CommandConsole } from '../output/command-console.js';
import { takeSummary } from '../output/take-summary.js';
import {
  type BesideOutcome,
  type BesideSample,
  besideSampleOf,
  besideSummary,
  controlRunProblem,
  controlRunTable,
} from '../output/unbounded-outcome.js';
import { writeReportLine } from '../output/write-report-line.js';
import { takeResult } from '../run/exit-result.js';
import { recordingCommand } from '../run/recording-command.js';
import { attachFaults } from '../run/scheduled-faults.js';
import type { TakeRun } from '../run/take-run.js';

/** A row of the table: a run of a minute, the usual one, fits on a screen. */
const sampleEveryMs = 5_000;

/**
 * `plateau unbounded`: the demo room recorded with caps and, beside it, without; after some seconds the
 * encoders of both stand still, and one of them grows.
 *
 * @returns 0 when the recorder with caps stayed within its budget and the one without grew
 * @throws PlateauError for everything that happens before the take
 */
export async function unbounded(options: UnboundedOptions, console: CommandConsole): Promise<number> {
  const plan = readUnboundedPlan(options);
  const request = demoRoomRequest(options);
  const both = new BothRecorders(console);
  return recordingCommand({
    console,
    request,
    openRoom: async () => {
      const { openDemoSession } = await import('../../lab/room/demo-session.js');
      // A slow round: nobody's frame shrinks while the two are compared.
      const demo = await openDemoSession(2.5 * plan.seconds);
      console.say('A LiveKit server and three synthetic participants run on this machine.');
      console.say(
        `At ${besideTimes.startMs / 1000} s a recorder without caps starts beside the take; at ${besideTimes.troubleMs / 1000} s the encoders of both stall. The one without caps stops at ${plan.stopAtMegabytes} MB.`,
      );
      return demo;
    },
    run: (session, demo) =>
      session.recordTake({
        room: demo,
        request,
        durationMs: plan.seconds * 1000,
        waitMs: null,
        onSnapshot: both.accept,
        attach: (recorder) =>
          attachFaults(
            { recorder, people: demo.people, source: demo.source },
            { schedule: plan.faults, isConfirmed: false },
            console,
          ),
        report: (run, { recorder }) => {
          both.end(recorder.lab.unbounded());
          return report(run, both, console);
        },
      }),
  });
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
    if (snapshot.takeMs < besideTimes.troubleMs) this.#before = sample;
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
