import type { RoomOptions } from '@livekit/rtc-node';
import { readTokenClaims } from './connect/access-token.js';

/** Why a session has two peer connections: its token may not publish, or it had stalled with one. */
export type SplitReason = 'token' | 'stalled';

/** A process that stood still looks stalled to the SDK; so long afterwards it says nothing of it any more. */
const excusedMs = 15_000;

/**
 * How many peer connections a session asks for.
 *
 * One where it can be: with two, the SDK's answer for Opus lacks `stereo=1`, and WebRTC mixes every microphone to mono
 * (docs/decisions/0007). With one, the SDK of rtc-node 1.1.0 waits for itself for ever when a track is to be received
 * while the answer for the one before is still on its way, unless the server lets it negotiate in turn, which it does for
 * whoever may publish. So it is two for who may not, and for a session that has stalled (docs/decisions/0017).
 */
export class PeerConnections {
  readonly #watch: (onStalled: () => void) => () => void;
  readonly #onStalled: () => void;
  #stopWatching: (() => void) | null = null;
  #hasStalled = false;
  #split: SplitReason | null = null;
  #excusedUntilMs = -Infinity;

  /**
   * @param watch tells of a session that hears nothing any more; returns what ends it
   * @param onStalled the session has to be made anew
   */
  constructor(watch: (onStalled: () => void) => () => void, onStalled: () => void) {
    this.#watch = watch;
    this.#onStalled = onStalled;
  }

  /** Why the session of the latest token has two; null: it asked for one. */
  get split(): SplitReason | null {
    return this.#split;
  }

  /** What to connect with. The option of one connection is passed on by rtc-node, and not in its types. */
  optionsFor(token: string): RoomOptions & { readonly singlePeerConnection: boolean } {
    if (this.#hasStalled) this.#split = 'stalled';
    else this.#split = mayPublish(token) ? null : 'token';
    return { autoSubscribe: false, dynacast: false, singlePeerConnection: this.#split === null };
  }

  /** A session stands: it is watched from now on. */
  joined(): void {
    this.#stopWatching ??= this.#watch(() => {
      if (performance.now() < this.#excusedUntilMs) return;
      this.#hasStalled = true;
      this.#onStalled();
    });
  }

  /** The whole process stood still: nobody can have heard the server. */
  stoodStill(): void {
    this.#excusedUntilMs = performance.now() + excusedMs;
  }

  /** Nobody is watched any more. */
  close(): void {
    this.#stopWatching?.();
    this.#stopWatching = null;
  }
}

/** Of what is no token the server says so. */
function mayPublish(token: string): boolean {
  try {
    return readTokenClaims(token).canPublish;
  } catch {
    return true;
  }
}
