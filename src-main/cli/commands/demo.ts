import { join } from 'node:path';
import { PlateauError } from '../../contract/errors.js';
import { formatBytes } from '../../format/bytes.js';
import { recordProblem } from '../../format/take-problem.js';
import { demoParticipants } from '../../lab/room/demo-room.js';
import { type MemorySample, MemoryTable } from '../../telemetry/memory-sample.js';
import { demoRoomRequest } from '../options/record-plan.js';
import type { CommandConsole } from '../output/command-console.js';
import {
  type AnalysedFile,
  contentTable,
  demoProblems,
  filePaths,
  memoryTable,
} from '../output/demo-report.js';
import { takeSummary } from '../output/take-summary.js';
import { takeResult } from '../run/exit-result.js';
import { recordingCommand } from '../run/recording-command.js';
import type { TakeRun } from '../run/take-run.js';
import { verificationLines } from './verify.js';

/** The options of `plateau demo`, as commander hands them over. */
export interface DemoOptions {
  readonly seconds?: string;
  readonly out?: string;
}

/** Each action of the demo's people (shares of the take) still has seconds to itself. */
const defaultSeconds = 30;
/** A file that ended early lacks nothing between its frames: the two tables count different things. */
const skippedNote =
  '(Counters skipped: between the first and the last frame of the file. What is missing before and after it is in the tables above.)';
/** Shorter, and the late one has no time to beep; longer is what a soak is for. */
const limits = { minSeconds: 10, maxSeconds: 3600 } as const;

/**
 * `plateau demo`: a server and a room of its own, recorded, verified and measured.
 *
 * @returns the exit code
 * @throws PlateauError for everything that happens before the take
 */
export async function demo(options: DemoOptions, console: CommandConsole): Promise<number> {
  const seconds = readSeconds(options.seconds);
  const request = demoRoomRequest(options);
  const table = new MemoryTable(seconds * 1000);
  return recordingCommand({
    console,
    request,
    openRoom: async () => {
      const { openDemoSession } = await import('../../lab/room/demo-session.js');
      const session = await openDemoSession(seconds);
      console.say(
        `A LiveKit server runs at ${session.source.url}; three synthetic participants join the room "demo".`,
      );
      return session;
    },
    run: (session, room) =>
      session.recordTake({
        room,
        request,
        durationMs: seconds * 1000,
        waitMs: null,
        onSnapshot: (snapshot) => {
          if (snapshot.state === 'recording') table.add(snapshot);
        },
        report: async (run, { leaveRoom }) => {
          // The files are decoded next, which takes every core: nobody should be painting meanwhile.
          await leaveRoom();
          return report(run, table.samples, seconds, console);
        },
      }),
  });
}

async function report(
  run: TakeRun,
  samples: readonly MemorySample[],
  seconds: number,
  console: CommandConsole,
): Promise<number> {
  const { manifest, takePath } = run;
  if (manifest === null)
    throw run.problem ?? new PlateauError('internal', 'The demo has no manifest.', 'Run it again.');
  for (const line of takeSummary(manifest, takePath)) console.say(line);
  console.say('Verifying: decoding all video and audio...');
  const { verifyTake } = await import('../../finalize/verify-take.js');
  const verification = await verifyTake(takePath, 'full');
  for (const line of verificationLines(verification, manifest)) console.say(line);
  const { analyseTakeContent } = await import('../../lab/content/take-content.js');
  const people = demoParticipants(seconds);
  const files: AnalysedFile[] = [];
  for (const entry of manifest.files) {
    const frames = people.find(({ spec }) => spec.identity === entry.identity)?.frames ?? [];
    files.push({ entry, content: await analyseTakeContent(join(takePath, entry.file), { frames }) });
  }
  console.say('\nContent of the files, read from burnt-in counters, flashes and beeps:');
  for (const line of contentTable(files)) console.say(line);
  console.say(skippedNote);
  console.say('(A/V offset: without the first 8 s after a participant’s audio starts.)');
  console.say('\nMemory over the take:');
  for (const line of memoryTable(samples)) console.say(line);
  const peakRssBytes = manifest.peakRssBytes ?? 0;
  const budget =
    manifest.budgetBytes === null ? 'no budget' : `a budget of ${formatBytes(manifest.budgetBytes)}`;
  console.say(`\nMemory peaked at ${formatBytes(peakRssBytes)} of ${budget}.`);
  for (const line of filePaths(takePath, manifest.files)) console.say(line);

  const problems = demoProblems(manifest, files, peakRssBytes, people.length);
  const error =
    run.problem ??
    recordProblem(manifest) ??
    (verification.ok && problems.length === 0
      ? null
      : new PlateauError(
          'verificationFailed',
          problems[0] ?? 'A file does not decode to its end.',
          'A busy machine can lose frames at their source: run the demo again with nothing else running.',
        ));
  for (const problem of problems.slice(1)) console.say(`  ${problem}`);
  if (error !== null) console.fail(error.toReport());
  const exitCode = error?.exitCode ?? 0;
  console.emit('result', {
    ...takeResult(exitCode, error?.toReport() ?? null, takePath),
    memory: samples,
    peakRssBytes,
    budgetBytes: manifest.budgetBytes,
    problems,
  });
  return exitCode;
}

function readSeconds(text: string | undefined): number {
  const seconds = text === undefined ? defaultSeconds : Number(text);
  if (Number.isFinite(seconds) && seconds >= limits.minSeconds && seconds <= limits.maxSeconds)
    return seconds;
  throw new PlateauError(
    'usage',
    `--seconds has to be a number from ${limits.minSeconds} to ${limits.maxSeconds}.`,
    'Leave it out for 30 seconds.',
  );
}
