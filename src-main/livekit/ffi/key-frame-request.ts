import { EnableRemoteTrackPublicationRequest } from '@livekit/rtc-ffi-bindings';
import { ffiRequest } from './ffi-request.js';

/**
 * The server waits 100 ms before it takes a track off (`subscriptionDebounceInterval`), and forgets it when the track
 * is wanted again by then.
 */
const offMs = 150;

/**
 * Asks the publisher of a video for a key frame. The SDK has no call for it; but a server that was told to pause a
 * subscription and to go on needs one, and asks for it at once. Meanwhile the SDK turns frames to black: whoever
 * receives some calls {@link KeyFrameRequest.cancel}, and leaves them out.
 */
export class KeyFrameRequest {
  readonly #publicationHandle: () => bigint;
  readonly #onResumed: () => void;
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param publicationHandle the SDK's handle of the publication; it stays with the SDK
   * @param onResumed called when the subscription goes on, with whatever ended the pause
   */
  constructor(publicationHandle: () => bigint, onResumed: () => void) {
    this.#publicationHandle = publicationHandle;
    this.#onResumed = onResumed;
  }

  /** Whether the subscription is paused; for 150 ms at most. */
  get isPending(): boolean {
    return this.#timer !== null;
  }

  /** Pauses the subscription for a moment. Does nothing while it is paused. @throws Error when the track is gone */
  send(): void {
    if (this.#timer !== null) return;
    this.#enable(false);
    this.#timer = setTimeout(() => {
      this.cancel();
    }, offMs);
  }

  /** Goes on with the subscription at once: frames come by themselves, or the track ends. Never throws. */
  cancel(): void {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    try {
      this.#enable(true);
    } catch {
      // The track is gone, and with it what was paused.
    }
    this.#onResumed();
  }

  #enable(enabled: boolean): void {
    ffiRequest({
      message: {
        case: 'enableRemoteTrackPublication',
        value: new EnableRemoteTrackPublicationRequest({
          trackPublicationHandle: this.#publicationHandle(),
          enabled,
        }),
      },
    });
  }
}
