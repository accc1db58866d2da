import { VideoQuality } from '@livekit/protocol';
import type { RequestMessage } from '../signal/signal-connection.js';
import { qualityRequest } from '../signal/subscription-batch.js';
import type { TrackReceiver } from './track-receiver.js';

/** `LayerWatch` wants a video to be narrow for five seconds: a nudge is late by a fifth of it at most. */
const watchEveryMs = 1_000;
/** Between asking for the lowest layer and for the top one: asked at once, nothing happens. */
const apartMs = 300;

/** Asks the server for the top layer anew where it sends a lower one for long. The owner calls {@link stop}. */
export class LayerNudges {
  readonly #tracks: ReadonlyMap<string, TrackReceiver>;
  readonly #send: (message: RequestMessage) => void;
  readonly #watch: NodeJS.Timeout;
  #second: NodeJS.Timeout | undefined;

  /** @param tracks those of the room at any time */
  constructor(tracks: ReadonlyMap<string, TrackReceiver>, send: (message: RequestMessage) => void) {
    this.#tracks = tracks;
    this.#send = send;
    this.#watch = setInterval(() => {
      this.#look();
    }, watchEveryMs);
  }

  /** Asks no more. Idempotent. */
  stop(): void {
    clearInterval(this.#watch);
    clearTimeout(this.#second);
  }

  #look(): void {
    const narrow = [...this.#tracks.values()].filter((track) => track.needsNudge());
    if (narrow.length === 0) return;
    const publications = narrow.map(({ publication }) => publication);
    this.#send(qualityRequest(publications, VideoQuality.LOW));
    this.#second = setTimeout(() => {
      this.#send(qualityRequest(publications, VideoQuality.HIGH));
    }, apartMs);
  }
}
