import type { StreamPackets } from '../contract/stamps.js';
import { audioPacketSamples } from '../ffmpeg/ffmpeg-arguments.js';
import { pcmFormat } from '../pipeline/audio-queue.js';

/** Frames of tracks that an encoder was handed and that are in no file. Those of audio are 10 ms long. */
export interface LostFrames {
  readonly videoFrames: number;
  readonly audioFrames: number;
}

export const nothingLost: LostFrames = { videoFrames: 0, audioFrames: 0 };

/** The sum over two encoders of one file. */
export function sumOfLost(one: LostFrames, other: LostFrames): LostFrames {
  return {
    videoFrames: one.videoFrames + other.videoFrames,
    audioFrames: one.audioFrames + other.audioFrames,
  };
}

const sampleBytes = pcmFormat.channels * pcmFormat.bytesPerSample;
/** Of one frame of 10 ms. */
export const audioFrameBytes = (pcmFormat.sampleRateHz / 100) * sampleBytes;
/** Ranges that are remembered; the older of them are on disk long before there are as many. */
const maxRanges = 512;

interface Range {
  readonly from: number;
  to: number;
}

/**
 * What was handed to an encoder of one stream, in order: what came from a track, and what was put in to fill the
 * timeline. Once it is known how much of it is on disk, it says how much of the track's own the encoder took with it.
 *
 * Counts in units of its owner: frames, or samples.
 */
export class HandedOver {
  #total = 0;
  /** Put in, and not from a track: seldom, and neighbors are one. */
  readonly #fillers: Range[] = [];

  /** So much has left this process. */
  add(units: number, isFiller: boolean): void {
    const from = this.#total;
    this.#total += units;
    if (!isFiller) return;
    const last = this.#fillers.at(-1);
    if (last?.to === from) last.to = this.#total;
    else this.#fillers.push({ from, to: this.#total });
    if (this.#fillers.length > maxRanges) this.#fillers.shift();
  }

  /** What of the track's own is not among the first `kept` units. */
  lostBehind(kept: number): number {
    if (kept >= this.#total) return 0;
    const filled = this.#fillers.reduce(
      (sum, { from, to }) => sum + Math.max(0, to - Math.max(from, kept)),
      0,
    );
    return this.#total - kept - filled;
  }
}

/** Both streams of one encoder: video in frames, audio in bytes of PCM. */
export class HandedMedia {
  readonly video = new HandedOver();
  readonly audio = new HandedOver();
  readonly #audioCodec: keyof typeof audioPacketSamples;

  constructor(audioCodec: keyof typeof audioPacketSamples) {
    this.#audioCodec = audioCodec;
  }

  /** What is missing from the packets on disk, each frame of video being one. Nothing is known when they are null. */
  lostBehind(packets: StreamPackets | null): LostFrames {
    if (packets === null) return nothingLost;
    const { samples, priming } = audioPacketSamples[this.#audioCodec];
    const keptSamples = Math.max(0, (packets.audio?.packets ?? 0) * samples - priming);
    const lostBytes = this.audio.lostBehind(keptSamples * sampleBytes);
    return {
      videoFrames: this.video.lostBehind(packets.video?.packets ?? 0),
      audioFrames: Math.round(lostBytes / audioFrameBytes),
    };
  }
}
