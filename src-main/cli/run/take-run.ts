import type { PlateauError } from '../../contract/errors.js';
import { toPlateauError } from '../../contract/errors.js';
import type { Manifest } from '../../contract/manifest.js';
import type { TakeRequest } from '../../contract/recording.js';
import type { Recorder } from '../../recorder/recorder.js';
import type { CommandConsole } from '../output/command-console.js';
import { untilAborted } from './interrupts.js';

/** What {@link runTake} records, and when it ends. */
export interface TakeRunOptions {
  /** Connected; it stays so. */
  readonly recorder: Recorder;
  readonly request: TakeRequest;
  /** Counted from the start of the take; null records until something ends it. */
  readonly durationMs: number | null;
  readonly console: CommandConsole;
  readonly shutdownSignal: AbortSignal;
  readonly onStarted: (takePath: string) => void;
}

/** A take that has ended. */
export interface TakeRun {
  readonly takePath: string;
  /** Null when the take could not be finalized; then `problem` says why. */
  readonly manifest: Manifest | null;
  /** Why the take ended before its time; null when it ended as asked. */
  readonly problem: PlateauError | null;
}

/**
 * Records one take with a recorder that is connected: until its time is over, somebody interrupts, the
 * connection is lost for good, or the engine stops by itself (a full disk).
 *
 * @throws PlateauError when the take cannot be started
 */
export async function runTake(options: TakeRunOptions): Promise<TakeRun> {
  const { recorder, console } = options;
  const takePath = await recorder.startTake(options.request);
  options.onStarted(takePath);
  await untilEnd(options);
  console.say(
    recorder.lostBy === null ? 'Finalizing the take...' : 'The room is lost: finalizing the take...',
  );
  try {
    const manifest = await recorder.stopTake();
    return { takePath, manifest, problem: recorder.lostBy ?? recorder.stoppedBy };
  } catch (thrown) {
    return { takePath, manifest: null, problem: recorder.stoppedBy ?? toPlateauError(thrown) };
  }
}

async function untilEnd({ recorder, durationMs, shutdownSignal }: TakeRunOptions): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let onState: (() => void) | undefined;
  let onLost: (() => void) | undefined;
  try {
    await Promise.race([
      untilAborted(shutdownSignal),
      new Promise<void>((resolve) => {
        const elapsedMs = recorder.snapshot().takeMs ?? 0;
        if (durationMs !== null) timer = setTimeout(resolve, Math.max(0, durationMs - elapsedMs));
        onState = () => {
          if (recorder.state !== 'recording') resolve();
        };
        onLost = resolve;
        recorder.on('state', onState);
        recorder.on('lost', onLost);
        // It may have happened before anybody listened.
        if (recorder.lostBy !== null) resolve();
        onState();
      }),
    ]);
  } finally {
    clearTimeout(timer);
    if (onState !== undefined) recorder.off('state', onState);
    if (onLost !== undefined) recorder.off('lost', onLost);
  }
}
