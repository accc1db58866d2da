import type { PlateauError } from '../../contract/errors.js';
import { toPlateauError } from '../../contract/errors.js';
import type { Manifest } from '../../contract/manifest.js';
import type { TakeRequest } from '../../contract/recording.js';
import type { Recorder } from '../../recorder/recorder.js';
import type { CommandConsole } from '../output/command-console.js';
import { interruptText, untilAborted } from './interrupts.js';
import type { PauseControl } from './pause-control.js';

/** How often it is looked whether a paused take that has little left goes on, in milliseconds. */
const pausedLookMs = 200;

/** What {@link runTake} records, and when it ends. */
export interface TakeRunOptions {
  /** Connected; it stays so. */
  readonly recorder: Recorder;
  readonly request: TakeRequest;
  /** Since when there is something to record, of `performance.now`; since now when left out. */
  readonly wantedAtMs?: number | undefined;
  /** How much of the past can be saved with a key, in seconds; nothing when null, or left out. */
  readonly replaySeconds?: number | null;
  /** How much is recorded, pauses left out; null records until something ends it. */
  readonly durationMs: number | null;
  readonly console: CommandConsole;
  readonly shutdownSignal: AbortSignal;
  /** How a person pauses it; left out where nobody does. */
  readonly pauses?: Pick<PauseControl, 'control'>;
  readonly onStarted: (takePath: string) => void;
}

/** A take that has ended. */
export interface TakeRun {
  readonly takePath: string;
  /** Null when the take could not be finalized; then `problem` says why. */
  readonly manifest: Manifest | null;
  /** Why the take ended before its time, or lacks something; null when it is as it was asked for. */
  readonly problem: PlateauError | null;
}

/**
 * Records one take with a recorder that is connected: until its time is over, somebody interrupts, the
 * connection is lost for good, or the engine stops by itself (a full disk).
 *
 * @throws PlateauError when the take cannot be started
 */
export async function runTake(options: TakeRunOptions): Promise<TakeRun> {
  const { recorder, console, replaySeconds = null, request } = options;
  if (replaySeconds !== null) recorder.replay.set({ ...request, seconds: replaySeconds });
  const takePath = await recorder.startTake(request, options.wantedAtMs);
  options.onStarted(takePath);
  const endControl = options.pauses?.control(recorder, request.outputFolder);
  await untilEnd(options);
  endControl?.();
  const interrupt = interruptText(options.shutdownSignal);
  if (interrupt !== null) recorder.noteInterrupt(interrupt);
  console.say(isRoomLost(recorder) ? 'The room is lost: finalizing the take...' : 'Finalizing the take...');
  try {
    const manifest = await recorder.stopTake();
    return { takePath, manifest, problem: recorder.problem?.error ?? null };
  } catch (thrown) {
    return { takePath, manifest: null, problem: recorder.problem?.error ?? toPlateauError(thrown) };
  }
}

async function untilEnd({ recorder, durationMs, shutdownSignal }: TakeRunOptions): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let onState: (() => void) | undefined;
  let onProblem: (() => void) | undefined;
  try {
    await Promise.race([
      untilAborted(shutdownSignal),
      new Promise<void>((resolve) => {
        const endWhenLongEnough = (): void => {
          const { isPaused = false, takeMs = 0 } = recorder.take ?? {};
          const leftMs = (durationMs ?? Infinity) - takeMs;
          if (leftMs <= 0) resolve();
          // In a pause its clock stands still.
          else timer = setTimeout(endWhenLongEnough, isPaused ? Math.max(leftMs, pausedLookMs) : leftMs);
        };
        if (durationMs !== null) endWhenLongEnough();
        onState = () => {
          if (recorder.state !== 'recording') resolve();
        };
        onProblem = () => {
          if (isRoomLost(recorder)) resolve();
        };
        recorder.on('state', onState);
        recorder.on('problem', onProblem);
        // It may have happened before anybody listened.
        onProblem();
        onState();
      }),
    ]);
  } finally {
    clearTimeout(timer);
    if (onState !== undefined) recorder.off('state', onState);
    if (onProblem !== undefined) recorder.off('problem', onProblem);
  }
}

function isRoomLost({ problem }: Recorder): boolean {
  return problem?.concerns === 'connection';
}
