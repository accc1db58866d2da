import { PlateauError } from '../../contract/errors.js';
import type { Source } from '../../contract/recording.js';
import type { Snapshot } from '../../contract/snapshot.js';
import type { MemoryOutcome } from '../../contract/verdict.js';
import { takeProblem } from '../../format/take-problem.js';
import type { DemoSession } from '../../lab/room/demo-session.js';
import { memoryOutcome } from '../../telemetry/memory-outcome.js';
import { type MemorySample, MemoryTable } from '../../telemetry/memory-sample.js';
import { mediaKeysSentence, withMediaKeys } from '../options/media-key-options.js';
import { readSoakPlan, type SoakOptions, type SoakPlan } from '../options/soak-plan.js';
import type { CommandConsole } from '../output/command-console.js';
import { memoryTable } from '../output/demo-report.js';
import { soakExitCode, soakLack, verdictLines } from '../output/soak-outcome.js';
import { takeSummary } from '../output/take-summary.js';
import { writeReportLine } from '../output/write-report-line.js';
import { takeResult } from '../run/exit-result.js';
import { recordingCommand, type RecordingSession, type RoomToRecord } from '../run/recording-command.js';
import { attachFaults } from '../run/scheduled-faults.js';
import type { TakeRun } from '../run/take-run.js';
import { soakCycles } from './soak-cycles.js';

/**
 * `plateau soak`: records a room for some minutes and says whether memory is flat, or repeats sessions and
 * says what each leaves behind.
 *
 * @returns 0 for FLAT, 11 for LEAK or over budget, 12 for UNDECIDED; 3 to 6 when the take failed, 7 to 9 when memory is
 *   flat and the take lacks something
 * @throws PlateauError `usage` for faults in a real room that nobody has confirmed, and what the take throws
 */
export async function soak(
  options: SoakOptions,
  console: CommandConsole,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const read = readSoakPlan(options, environment);
  const source = read.source === null ? null : await withMediaKeys(read.source, options, environment);
  const plan = { ...read, source };
  const encryption = mediaKeysSentence(source?.mediaKeys);
  if (encryption !== null) console.say(encryption);
  if (plan.faults.length > 0 && plan.source !== null && !plan.isConfirmed) {
    throw new PlateauError(
      'usage',
      'Faults in a real room may cost its take.',
      'Leave --url and --room out for the demo room, or add --confirm-real-room.',
    );
  }
  return recordingCommand({
    console,
    request: plan.request,
    openRoom: () => openSoakRoom(plan.source, console),
    run: (session, room) =>
      plan.cycles === null && plan.takes === null
        ? soakTake(plan, room, session)
        : soakCycles(plan, room.source, session),
  });
}

/** A room to soak in; `demo` is null in a real one. */
interface SoakRoom extends RoomToRecord {
  readonly demo: DemoSession | null;
}

async function openSoakRoom(source: Source | null, console: CommandConsole): Promise<SoakRoom> {
  if (source !== null) return { source, demo: null, close: () => Promise.resolve() };
  const { openDemoSession } = await import('../../lab/room/demo-session.js');
  const demo = await openDemoSession();
  console.say('A LiveKit server and three synthetic participants run on this machine.');
  return { source: demo.source, demo, close: () => demo.close() };
}

function soakTake(plan: SoakPlan, room: SoakRoom, session: RecordingSession): Promise<number> {
  const { console } = session;
  const { demo, source } = room;
  const samples = new SoakSamples(plan.minutes * 60_000);
  return session.recordTake({
    room,
    request: plan.request,
    durationMs: plan.minutes * 60_000,
    waitMs: null,
    onSnapshot: samples.accept,
    attach: (recorder) =>
      attachFaults(
        { recorder, people: demo?.people ?? null, network: demo?.network ?? null, source },
        { schedule: plan.faults, isConfirmed: plan.isConfirmed },
        console,
      ),
    report: async (run) => {
      const exitCode = report(run, samples, plan, console);
      // The report is what a soak is for.
      await writeReportLine(run.takePath, `Soak of ${plan.minutes} min`, console);
      return exitCode;
    },
  });
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

  /** @param durationMs of the take */
  constructor(durationMs: number) {
    this.#table = new MemoryTable(durationMs);
  }

  readonly accept = (snapshot: Snapshot): void => {
    if (snapshot.takeMs === null) return;
    this.outcome = memoryOutcome(snapshot, this.outcome);
    // What is done with files that have ended is no part of the table.
    if (snapshot.state === 'recording') this.#table.add(snapshot);
  };

  get table(): readonly MemorySample[] {
    return this.#table.samples;
  }
}

function report(run: TakeRun, samples: SoakSamples, plan: SoakPlan, console: CommandConsole): number {
  const { manifest, takePath } = run;
  if (manifest !== null) for (const line of takeSummary(manifest, takePath)) console.say(line);
  // What the manifest says, which has been read more often.
  const outcome = manifest?.memory ?? samples.outcome;
  const failure = run.problem ?? (manifest === null ? null : takeProblem(manifest.files));
  const verdictCode = soakExitCode(outcome.word, plan.assertion);
  const problem = failure ?? soakLack(manifest, verdictCode, plan.faults.length > 0);
  if (problem !== null) console.fail(problem.toReport());
  console.say('\nMemory over the take:');
  for (const line of memoryTable(samples.table)) console.say(line);
  console.say();
  for (const line of verdictLines(outcome)) console.say(line);
  console.say(outcome.word);
  const exitCode = problem?.exitCode ?? verdictCode;
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
