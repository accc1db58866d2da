import { FrameDispatcher } from './frame-dispatcher.js';
import type { NativeStreamContext } from './native-stream.js';
import { StreamWatchdog } from './stream-watchdog.js';
import type { WatchdogData } from './watchdog-thread.js';

/** What all native streams of a session share: the watchdog that bounds them, and the dispatcher of their events. */
export class NativeStreams {
  readonly #onError: (thrown: unknown) => void;
  readonly #watchdog: StreamWatchdog;
  #dispatcher: FrameDispatcher | null = null;

  /**
   * Starts the watchdog's thread; {@link NativeStreams.close} ends it.
   *
   * @param loopLateAfterMs how long the event loop may be blocked before the watchdog closes the streams
   * @param onStandstill the whole process stood still for so long, in milliseconds
   * @param onError the thread failed, or a handler of a stream threw; the other streams go on
   */
  constructor(
    loopLateAfterMs: WatchdogData['lateAfterMs'],
    onError: (thrown: unknown) => void,
    onStandstill: (ms: number) => void,
  ) {
    this.#onError = onError;
    this.#watchdog = new StreamWatchdog(loopLateAfterMs, onError, onStandstill);
  }

  /**
   * What a stream needs to be opened.
   *
   * @throws TypeError before a Room has begun to connect: the SDK's client does not exist then
   */
  get context(): NativeStreamContext {
    this.#dispatcher ??= new FrameDispatcher(this.#onError);
    return { dispatcher: this.#dispatcher, table: this.#watchdog.table };
  }

  /** Frames that arrived for nobody; they were given back. */
  get orphanedFrames(): number {
    return this.#dispatcher?.orphanedFrames ?? 0;
  }

  /** Streams that have not ended. */
  get openStreams(): number {
    return this.#dispatcher?.openStreams ?? 0;
  }

  /** How late the event loop was at worst since the last call, in milliseconds. */
  drainMaxLoopLateMs(): number {
    return this.#watchdog.drainMaxLateMs();
  }

  /** Ends the thread. What was counted can still be read: it tells whether anything was left behind. */
  async close(): Promise<void> {
    this.#dispatcher?.close();
    await this.#watchdog.close();
  }
}
