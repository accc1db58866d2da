import { soloFormat } from '../contract/limits.js';
import type { FeedName, HeardAudio } from '../contract/media-events.js';
import { pcmFormat } from '../pipeline/audio-queue.js';
import { placeOf } from './live-preview.js';

/** Of the one channel that is handed out. */
const samplesPerMs = soloFormat.sampleRateHz / 1000;
/** What waits for a console that is behind; older samples are left out, and counted. */
const keptSamples = 500 * samplesPerMs;
/** In one answer, at least: 25 answers a second. */
const leastSamples = 40 * samplesPerMs;
/** As in `LivePreview`: silence is answered twice a second. */
const patienceMs = 500;
/** Whoever has not asked for so long does not listen any more. */
const forgottenAfterMs = 1_500;
/** Another microphone of somebody is heard when this one has said nothing for so long. */
const trackForMs = 300;
/** One console listens to one; the one that was asked for longest ago gives way. */
const maxListened = 4;
/** As in `LivePreview`: far more than there are consoles. */
const maxWaiting = 64;

interface Waiting {
  readonly after: number;
  readonly resolve: (heard: HeardAudio | null) => void;
  readonly timer: NodeJS.Timeout;
}

/** The latest sound of somebody, as a ring of mono samples. */
interface Listened {
  readonly samples: Int16Array;
  /** How many were written since somebody began to listen. */
  written: number;
  trackSid: string;
  heardAtMs: number;
  askedAtMs: number;
  readonly waiting: Set<Waiting>;
}

/**
 * What somebody says, for whoever listens to them alone. A console asks for each piece from where the one before has
 * ended: it is never owed more than half a second, and one that does not ask costs nothing.
 */
export class SoloListening {
  readonly #hasAudio: (place: string) => boolean;
  readonly #listened = new Map<string, Listened>();

  /** @param hasAudio whether there was audio of somebody since the room was joined */
  constructor(hasAudio: (place: string) => boolean) {
    this.#hasAudio = hasAudio;
  }

  /**
   * The sound after a place in it.
   *
   * @param after where the piece before has ended; null to begin with what comes now
   * @returns null when nothing is heard within half a second, at once when there is nobody to be heard
   */
  next({ after, ...feed }: FeedName & { readonly after: number | null }): Promise<HeardAudio | null> {
    const place = placeOf(feed);
    if (!this.#hasAudio(place)) return Promise.resolve(null);
    const listened = this.#of(place);
    listened.askedAtMs = performance.now();
    if (listened.waiting.size >= maxWaiting) return Promise.resolve(null);
    // Of an earlier room, or of what was forgotten meanwhile: it begins anew.
    const from = after === null || after > listened.written ? listened.written : after;
    if (listened.written - from >= leastSamples) return Promise.resolve(read(listened, from));
    return new Promise((resolve) => {
      const waiting: Waiting = {
        ...{ after: from, resolve },
        timer: setTimeout(() => answer(listened, waiting, null), patienceMs),
      };
      listened.waiting.add(waiting);
    });
  }

  /** Takes what was heard at a place, if somebody listens to it. @param pcm of `pcmFormat`, read during the call alone */
  add(place: string, trackSid: string, pcm: Uint8Array): void {
    if (this.#listened.size === 0) return;
    const listened = this.#listened.get(place);
    if (listened === undefined) return;
    const nowMs = performance.now();
    if (nowMs - listened.askedAtMs > forgottenAfterMs) {
      this.#forget(place, listened);
      return;
    }
    if (listened.trackSid !== trackSid && nowMs - listened.heardAtMs < trackForMs) return;
    listened.trackSid = trackSid;
    listened.heardAtMs = nowMs;
    write(listened, pcm);
    for (const waiting of listened.waiting) {
      if (listened.written - waiting.after < leastSamples) continue;
      answer(listened, waiting, read(listened, waiting.after));
    }
  }

  /** The room was left: nobody is heard any more. */
  clear(): void {
    for (const [place, listened] of this.#listened) this.#forget(place, listened);
  }

  #of(place: string): Listened {
    const known = this.#listened.get(place);
    if (known !== undefined) return known;
    if (this.#listened.size >= maxListened) this.#forgetOldest();
    const listened: Listened = {
      samples: new Int16Array(keptSamples),
      ...{ written: 0, trackSid: '', heardAtMs: Number.NEGATIVE_INFINITY, askedAtMs: 0 },
      waiting: new Set(),
    };
    this.#listened.set(place, listened);
    return listened;
  }

  #forgetOldest(): void {
    const [oldest] = [...this.#listened].sort(([, one], [, other]) => one.askedAtMs - other.askedAtMs);
    if (oldest !== undefined) this.#forget(...oldest);
  }

  #forget(place: string, listened: Listened): void {
    this.#listened.delete(place);
    for (const waiting of listened.waiting) answer(listened, waiting, null);
  }
}

function answer(listened: Listened, waiting: Waiting, heard: HeardAudio | null): void {
  clearTimeout(waiting.timer);
  listened.waiting.delete(waiting);
  waiting.resolve(heard);
}

/** Mixes a frame down to mono. */
function write(listened: Listened, pcm: Uint8Array): void {
  const { samples } = listened;
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  const bytesPerFrame = pcmFormat.channels * pcmFormat.bytesPerSample;
  for (let at = 0; at + bytesPerFrame <= pcm.byteLength; at += bytesPerFrame) {
    let sum = 0;
    for (let channel = 0; channel < pcmFormat.channels; channel += 1)
      sum += view.getInt16(at + 2 * channel, true);
    samples[listened.written % keptSamples] = sum / pcmFormat.channels;
    listened.written += 1;
  }
}

function read({ samples, written }: Listened, after: number): HeardAudio {
  const begin = Math.max(after, written - keptSamples);
  const piece = Buffer.allocUnsafe((written - begin) * 2);
  for (let at = begin; at < written; at += 1) {
    piece.writeInt16LE(samples[at % keptSamples] ?? 0, (at - begin) * 2);
  }
  return { end: written, droppedSamples: begin - after, pcm: piece.toString('base64') };
}
