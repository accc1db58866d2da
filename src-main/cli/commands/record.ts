import { resolve } from 'node:path';
import { errorExitCodes, type PlateauError } from '../../contract/errors.js';
import type { Manifest } from '../../contract/manifest.js';
import { formatBytes } from '../../format/bytes.js';
import { recordProblem } from '../../format/take-problem.js';
import { inTime } from '../../process/deadline.js';
import type { InterruptedTakes } from '../../recovery/find-interrupted.js';
import { mediaKeysSentence, withMediaKeys } from '../options/media-key-options.js';
import type { RecordOptions } from '../options/record-options.js';
import { leftOutOfRoomName, readRecordPlan } from '../options/record-plan.js';
import type { CommandConsole } from '../output/command-console.js';
import { printable } from '../output/printable.js';
import { takeSummary } from '../output/take-summary.js';
import { reportOf } from '../run/delivery-telling.js';
import { takeResult } from '../run/exit-result.js';
import { untilAborted } from '../run/interrupts.js';
import { recordingCommand, type RecordingSession } from '../run/recording-command.js';
import { untilStart } from '../run/start-countdown.js';
import { TakeDeliveries } from '../run/take-deliveries.js';
import type { TakeRun } from '../run/take-run.js';
import { recoverOne } from './recover.js';

/** How long looking for interrupted takes may take, in milliseconds. */
const lookPatienceMs = 10_000;

/**
 * `plateau record`: joins a room and records one take.
 *
 * @returns the exit code
 * @throws PlateauError for everything that happens before the take
 */
export async function record(
  options: RecordOptions,
  console: CommandConsole,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const plan = readRecordPlan(options, environment);
  const { choosesMode, request, durationMs, replaySeconds, startAtMs, waitMs, waitsForNext } = plan;
  const deliveries = plan.deliver === null ? null : new TakeDeliveries(console, plan.deliver);
  const source = await withMediaKeys(plan.source, options, environment);
  const left = leftIn([request.outputFolder, request.fallbackFolder, request.backupFolder]);
  return recordingCommand({
    console,
    request: { ...request, delivers: deliveries !== null },
    onChecked: ({ ffmpegVersion, freeBytes, warnings }) => {
      const space = freeBytes === null ? '' : `, ${formatBytes(freeBytes)} free`;
      console.say(`ffmpeg ${printable(ffmpegVersion)}; takes go to ${resolve(request.outputFolder)}${space}`);
      if (request.fallbackFolder !== undefined)
        console.say(`When its disk fails, the take goes on in ${printable(request.fallbackFolder)}`);
      if (request.backupFolder !== undefined)
        console.say(`A second copy is made in ${printable(request.backupFolder)}`);
      const encryption = mediaKeysSentence(source.mediaKeys);
      if (encryption !== null) console.say(encryption);
      const leftOut = leftOutOfRoomName(options);
      if (leftOut !== null) console.say(`${console.paint.warning('warning: ')}${printable(leftOut)}`);
      for (const warning of warnings) console.say(`${console.paint.warning('warning: ')}${warning}`);
      // Beside joining the room: a recording waits for nothing of the past.
      void left.then(({ orphans, unchecked }) => {
        const interrupted = orphans.length - unchecked.length;
        if (interrupted > 0) console.say(interruptedTakes(interrupted));
        if (unchecked.length > 0) console.say(uncheckedTakes(unchecked.length));
      });
    },
    onInterruptedAgain: () => deliveries?.end() ?? false,
    onEnded: async (shutdownSignal) => recoverOrphans((await left).orphans, console, shutdownSignal),
    openRoom: () => Promise.resolve({ source, close: () => Promise.resolve() }),
    run: async (session, room) => {
      if (startAtMs !== null)
        await session.orForceExit(untilStart(startAtMs, console, session.shutdownSignal));
      session.exit.unfinishedExitCode = () =>
        (deliveries?.pending ?? 0) > 0 ? errorExitCodes.deliverablesIncomplete : 0;
      const recorded = session.recordTake({
        room,
        ...{ choosesMode, request, durationMs },
        waitMs,
        waitsForNext,
        replaySeconds,
        report: (run) => report(run, console, deliveries),
      });
      return deliveries === null ? recorded : withDeliveries(recorded, deliveries, session);
    },
  });
}

type LeftTakes = Pick<InterruptedTakes, 'orphans' | 'unchecked'>;

/** What earlier recorders left in the folders; nothing of one whose disk does not answer. */
async function leftIn(folders: readonly (string | undefined)[]): Promise<LeftTakes> {
  const { findInterrupted } = await import('../../recovery/find-interrupted.js');
  const left = folders.map(async (folder): Promise<LeftTakes> => {
    const found = folder === undefined ? null : await inTime(findInterrupted(folder), lookPatienceMs);
    return found?.isInTime === true ? found.value : { orphans: [], unchecked: [] };
  });
  const found = await Promise.all(left);
  return {
    orphans: found.flatMap(({ orphans }) => orphans),
    unchecked: found.flatMap(({ unchecked }) => unchecked),
  };
}

/** A recording does not wait for it: whoever starts one after a crash wants the next second, not the last. */
function interruptedTakes(count: number): string {
  return count === 1
    ? '1 take was interrupted earlier. It is recovered when this recording has ended.'
    : `${count} takes were interrupted earlier. They are recovered when this recording has ended.`;
}

function uncheckedTakes(count: number): string {
  return count === 1
    ? '1 earlier take plays and is not checked yet. It is checked when this recording has ended.'
    : `${count} earlier takes play and are not checked yet. They are checked when this recording has ended.`;
}

/** Not when the system wants the program to end: it does not wait. Ctrl-C, a second time, ends it as well. */
async function recoverOrphans(
  folders: readonly string[],
  console: CommandConsole,
  shutdownSignal: AbortSignal,
): Promise<void> {
  if (shutdownSignal.reason === 'SIGTERM' || shutdownSignal.reason === 'SIGHUP') return;
  for (const folder of folders) await recoverOne(folder, console, false);
}

/** Waits for the MP4 files of all takes: when nothing is recorded any more, Ctrl-C is meant for them. */
async function withDeliveries(
  recorded: Promise<number>,
  deliveries: TakeDeliveries,
  { shutdownSignal }: RecordingSession,
): Promise<number> {
  let exitCode = 0;
  try {
    exitCode = await recorded;
  } finally {
    const incomplete = errorExitCodes.deliverablesIncomplete;
    const { aborted } = shutdownSignal;
    // When the system wants the program to end, it does not wait.
    if (aborted && shutdownSignal.reason !== 'SIGINT') deliveries.end();
    else if (!aborted) void untilAborted(shutdownSignal).then(() => deliveries.end());
    await deliveries.done();
    exitCode ||= deliveries.hasFailed ? incomplete : 0;
  }
  return exitCode;
}

/** @param deliveries make MP4 files of it: its last line is told with what became of them */
function report(run: TakeRun, console: CommandConsole, deliveries: TakeDeliveries | null): number {
  const { manifest, takePath } = run;
  if (manifest !== null) for (const line of takeSummary(manifest, takePath)) console.say(line);
  else console.say(`The recording is in ${resolve(takePath)}; its fragmented files play.`);
  const problem = run.problem ?? (manifest === null ? null : recordProblem(manifest));
  if (problem !== null) console.fail(problem.toReport());
  const exitCode = problem?.exitCode ?? 0;
  if (deliveries === null || manifest === null || manifest.files.length === 0) {
    console.emit('result', resultOf(run, problem));
    return exitCode;
  }
  deliveries.add(takePath, (delivery) => {
    if (delivery.problem !== null) console.fail(delivery.problem.toReport());
    const told = resultOf(run, problem ?? delivery.problem);
    console.emit('result', { ...told, deliverables: delivery.files.map(reportOf) });
  });
  return exitCode;
}

function resultOf({ manifest, takePath }: TakeRun, problem: PlateauError | null): object {
  return {
    ...takeResult(problem?.exitCode ?? 0, problem?.toReport() ?? null, takePath),
    files: resultFiles(manifest),
    ...(manifest?.folders !== undefined && { folders: manifest.folders }),
    ...(manifest?.backup !== undefined && { backup: manifest.backup }),
    signalGaps: manifest?.signalGaps ?? [],
    notRecorded: manifest?.notRecorded ?? [],
  };
}

function resultFiles(manifest: Manifest | null): object[] {
  return (manifest?.files ?? []).map(
    ({ file, identity, kind, state, durationMs, sizeBytes, sha256, video, missedFrames, ...rest }) => ({
      file,
      identity,
      kind,
      state,
      durationMs,
      sizeBytes,
      sha256,
      video,
      missedFrames,
      repeatedFrames: rest.repeatedFrames,
      emptySlots: rest.emptySlots,
      gaps: rest.gaps,
      stamps: rest.stamps,
      ...(rest.furtherAudio !== undefined && { furtherAudio: rest.furtherAudio }),
    }),
  );
}
