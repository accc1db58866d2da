import { EnableRemoteTrackPublicationRequest, EnableRemoteTrackRequest } from '@livekit/rtc-ffi-bindings';
import { monotonicUs, renderDelayUs } from '../../pipeline/take-clock.js';
import { ffiRequest } from './ffi-request.js';

/**
 * The server waits 100 ms before it takes a track off (`subscriptionDebounceInterval`), and forgets it when the track
 * is wanted again by then.
 */
const offMs = 150;
/**
 * The SDK sends each message to the server from a task of its own (rust-sdks, `on_enabled_status_changed`): two at once may
 * change places, and a track that is off at last stays off.
 */
const apartMs = 60;

/** {@link enablePublication} takes some hundred microseconds, in which the SDK turns frames to black. */
const blackUs = 1_000;

/**
 * Asks the publisher of a video for a key frame. The SDK has no call for it; but a server that was told to pause a
 * subscription and to go on needs one, and asks for it at once. What comes until the server has paused is as it was sent: whoever
 * receives some calls {@link KeyFrameRequest.cancel}, for a source that sends a frame in two seconds has no second one soon, and
 * leaves out those that it {@link KeyFrameRequest.covers}.
 */
export class KeyFrameRequest {
  readonly #enable: (isEnabled: boolean) => void;
  readonly #onResumed: () => void;
  #timer: NodeJS.Timeout | null = null;
  #sentUs = -Infinity;
  #resumedUs = -Infinity;

  /**
   * @param enable see {@link enablePublication}
   * @param onResumed called when the subscription goes on, with whatever ended the pause
   */
  constructor(enable: (isEnabled: boolean) => void, onResumed: () => void) {
    this.#enable = enable;
    this.#onResumed = onResumed;
  }

  /** Whether the subscription is paused; for 150 ms at most. */
  get isPending(): boolean {
    return this.#timer !== null;
  }

  /** Whether the SDK may have turned a frame to black. @param timestampUs its time, on the monotonic clock */
  covers(timestampUs: number): boolean {
    const handedUs = timestampUs - renderDelayUs;
    return [this.#sentUs, this.#resumedUs].some((atUs) => Math.abs(handedUs - atUs) < blackUs);
  }

  /** Pauses the subscription for a moment. Does nothing while it is paused. @throws Error when the track is gone */
  send(): void {
    if (this.#timer !== null) return;
    this.#enable(false);
    this.#sentUs = monotonicUs();
    this.#resumeIn(offMs);
  }

  /** Frames come by themselves: goes on with the subscription as soon as the server cannot mistake it. */
  cancel(): void {
    if (this.#timer === null) return;
    const pausedMs = (monotonicUs() - this.#sentUs) / 1000;
    if (pausedMs < apartMs) this.#resumeIn(apartMs - pausedMs);
    else this.close();
  }

  /** Goes on with the subscription at once: the track ends. Never throws. */
  close(): void {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    try {
      this.#enable(true);
    } catch {
      // The track is gone, and with it what was paused.
    }
    this.#resumedUs = monotonicUs();
    this.#onResumed();
  }

  #resumeIn(ms: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.close();
    }, ms);
  }
}

/**
 * Tells the server whether to deliver a subscribed track. The SDK turns what it has to black as well when it is not to be delivered: it is
 * told at once to show it all the same, and the contrary a moment before it is to go on, for it tells the server of changes alone.
 *
 * @param publicationHandle the SDK's handle of the publication, and of its track: they stay with the SDK
 * @throws Error when the publication is gone, or its track is
 */
export function enablePublication(publicationHandle: bigint, trackHandle: bigint, enabled: boolean): void {
  const steps = [
    () =>
      ffiRequest({
        message: {
          case: 'enableRemoteTrackPublication',
          value: new EnableRemoteTrackPublicationRequest({
            trackPublicationHandle: publicationHandle,
            enabled,
          }),
        },
      }),
    () =>
      ffiRequest({
        message: {
          case: 'enableRemoteTrack',
          value: new EnableRemoteTrackRequest({ trackHandle, enabled: !enabled }),
        },
      }),
  ];
  for (const step of enabled ? steps.reverse() : steps) step();
}
