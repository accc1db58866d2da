import { type AudioQueue, pcmBytesPerMs, pcmFormat } from './audio-queue.js';

const { channels } = pcmFormat;
/** Of each channel. */
const samplesPerMs = pcmFormat.sampleRateHz / 1000;
/** What was written last, and what has to be known of what follows. */
const knownMs = 30;
/** The most that is put in or left out at once. */
const maxMs = 20;
/** One form of the wave goes over into the other within this time, which is also the least that is moved. */
const fadeMs = 5;
/** How much is compared. */
const comparedMs = 10;
/** Every fourth sample tells where two stretches are alike, all samples then tell exactly. */
const coarseStep = 4;
/** -54 dBFS: room tone and codec noise are below, speech and music above. */
const silentPeak = 64;

/** The same in samples of each channel. */
const known = knownMs * samplesPerMs;
const fade = fadeMs * samplesPerMs;
const compared = comparedMs * samplesPerMs;

/** Where audio can be moved, and how much of a likeness there is: 1 for the same wave, 0 for another one. */
export interface Splice {
  /** Samples of each channel: to be put in when positive, to be left out when negative. */
  readonly samples: number;
  readonly likeness: number;
}

/**
 * Moves audio that goes on without a hole: whole periods of its wave are repeated or left out, as a jitter buffer does,
 * so that a voice, a hum and silence go on as they were. 16-bit little-endian stereo, as everywhere.
 *
 * It keeps a copy of the last 30 ms that were written, and no more.
 */
export class AudioSplice {
  /** What was written, and behind it what follows. */
  readonly #signal = new Int16Array(2 * known * channels);
  readonly #bytes = new Uint8Array(this.#signal.buffer);
  readonly #mono = new Float32Array(2 * known);

  /** Bytes of what follows that {@link AudioSplice.find} wants to see. */
  readonly lookaheadBytes = knownMs * pcmBytesPerMs;

  /** Audio was written. */
  wrote(pcm: Uint8Array): void {
    const end = this.lookaheadBytes;
    const added = pcm.subarray(Math.max(0, pcm.length - end));
    this.#bytes.copyWithin(0, added.length, end);
    this.#bytes.set(added, end - added.length);
  }

  /** A part of what follows, in milliseconds after what was written. */
  follows(pcm: Uint8Array, atMs: number): void {
    this.#bytes.set(pcm, this.lookaheadBytes + atMs * pcmBytesPerMs);
  }

  /** Reads what follows from a queue. @returns whether there is enough of it, without a hole from `positionMs` on */
  readAhead(queue: AudioQueue, positionMs: number, frameMs: number): boolean {
    const wanted = this.lookaheadBytes / queue.frameBytes;
    for (let index = 0; index < wanted; index += 1) {
      const next = queue.peek(index);
      if (next === undefined || Math.abs(next.timeMs - positionMs - index * frameMs) >= 1) return false;
      this.follows(next.pcm, index * frameMs);
    }
    return true;
  }

  /** Where the wave is most like itself within reach of `wantedMs`. @param wantedMs to be put in; negative: left out */
  find(wantedMs: number): Splice {
    let peak = 0;
    for (let index = 0; index < this.#mono.length; index += 1) {
      const left = this.#signal[index * channels] ?? 0;
      const right = this.#signal[index * channels + 1] ?? 0;
      this.#mono[index] = left + right;
      peak = Math.max(peak, Math.abs(left), Math.abs(right));
    }
    const most = Math.min(Math.round(Math.abs(wantedMs)), maxMs) * samplesPerMs;
    const sign = wantedMs > 0 ? 1 : -1;
    if (peak <= silentPeak) return { samples: sign * most, likeness: 1 };
    const coarse = this.#best(sign, { from: fade, to: most, step: coarseStep });
    const near = Math.abs(coarse.samples);
    return this.#best(sign, {
      from: Math.max(fade, near - coarseStep),
      to: Math.min(maxMs * samplesPerMs, near + coarseStep),
      step: 1,
    });
  }

  #best(sign: number, { from, to, step }: { from: number; to: number; step: number }): Splice {
    let best: Splice = { samples: sign * to, likeness: -1 };
    for (let samples = from; samples <= to; samples += step) {
      const likeness = this.#likeness(-sign * samples, step);
      // Of waves that are as like, the longest: fewer corrections.
      if (likeness >= best.likeness - 0.001) best = { samples: sign * samples, likeness };
    }
    return best;
  }

  /** Of what follows, and the signal at a distance from it. */
  #likeness(distance: number, step: number): number {
    let product = 0;
    let here = 0;
    let there = 0;
    for (let index = known; index < known + compared; index += step) {
      const a = this.#mono[index] ?? 0;
      const b = this.#mono[index + distance] ?? 0;
      product += a * b;
      here += a * a;
      there += b * b;
    }
    return here === 0 && there === 0 ? 1 : product / (Math.sqrt(here * there) + 1);
  }

  /**
   * Makes what is to be written in place of the frames that follow, up to the end of the last one it touches.
   *
   * @param samples of a {@link Splice}
   * @param frameMs length of the frames that follow
   * @param target at least 30 ms; written from its start
   * @returns how many of the frames that follow are a part of it, and its bytes
   */
  make(samples: number, frameMs: number, target: Uint8Array): { frames: number; bytes: number } {
    const isInsertion = samples > 0;
    const length = Math.abs(samples);
    const frame = frameMs * samplesPerMs;
    const frames = isInsertion ? 0 : Math.ceil((length + fade) / frame);
    const total = isInsertion ? length : frames * frame - length;
    const view = new DataView(target.buffer, target.byteOffset, total * channels * 2);
    for (let index = 0; index < total; index += 1) {
      const share = Math.min(1, index / fade);
      for (let channel = 0; channel < channels; channel += 1) {
        const at = (known + index) * channels + channel;
        const from = this.#signal[at] ?? 0;
        const to = this.#signal[at - samples * channels] ?? 0;
        const value = share === 1 ? to : Math.round(from * (1 - share) + to * share);
        view.setInt16((index * channels + channel) * 2, value, true);
      }
    }
    return { frames, bytes: total * channels * 2 };
  }
}
