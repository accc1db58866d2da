import type { TimedFrame } from './frame-times.js';

/** What is held until the next part has begun: video is written as it comes as soon as there is more, and the cut waits. */
export const heldByCutBytes = 8 * 1024 * 1024;
/** Audio that is older than this belongs to no key frame that still comes, in milliseconds. */
const audioHeldMs = 1_000;
/** So long a microphone that is on is waited for, once it is known where the video is cut; and one that is off, for what was said. */
const audioPatienceMs = { on: 2_000, off: 300 } as const;
/** Times are computed: a packet that reaches beyond a moment by less than this ends there. Milliseconds. */
const roundingMs = 0.5;
/** What was filmed before a camera went off still comes for so long, in milliseconds. */
const settleMs = 1_000;
/** A key frame is waited for so long before it is said that none comes, in milliseconds. */
const keyPatienceMs = 5_000;

/** How the part stands that is to be cut. Times are the take's, in milliseconds. */
export interface CutState {
  readonly nowMs: number;
  /** Pictures of a camera that is on stand in it: only a key frame can begin the next one. */
  readonly isShowing: boolean;
  /** It has video, or had. */
  readonly hasVideo: boolean;
  readonly isAudioOn: boolean;
  /** Up to where it is written. */
  readonly audioEndMs: number;
  readonly videoEndMs: number;
}

/** Where a part ends and the next one begins. */
export interface CutPlace {
  /** Of the take's timeline. */
  readonly startMs: number;
  /** What belongs to the part before, and to the next one. */
  readonly audioBefore: readonly TimedFrame[];
  readonly audio: readonly TimedFrame[];
  readonly video: readonly TimedFrame[];
}

/**
 * Finds where a file goes on in its next part: at the first key frame of video from a moment on, and at the packet of audio that
 * sounds then. A part begins with that packet, so that none is cut and nothing stands between two. Without video that is shown
 * it is the packet of that moment itself.
 *
 * Bounded: audio is held for a second, video once its key frame has come, and {@link heldByCutBytes} of both at most.
 */
export class PartCut {
  /** Of the part that begins there. */
  readonly number: number;
  /** Not before this, of the take's timeline. */
  readonly atMs: number;
  #audio: TimedFrame[] = [];
  #video: TimedFrame[] = [];
  #bytes = 0;
  #isTold = false;

  /** @param cut number of the part that begins there, and not before when */
  constructor({ atMs, number }: { readonly number: number; readonly atMs: number }) {
    this.number = number;
    this.atMs = atMs;
  }

  /** Whether the key frame that the next part begins with has come. */
  get hasKey(): boolean {
    return this.#video.length > 0;
  }

  /** How many frames are held. */
  get held(): { readonly video: number; readonly audio: number; readonly bytes: number } {
    return { video: this.#video.length, audio: this.#audio.length, bytes: this.#bytes };
  }

  /** Takes a picture when it belongs to the next part. @returns whether it does @param timed on the take's timeline */
  takesVideo(timed: TimedFrame): boolean {
    if (!this.hasKey && !(timed.frame.isKey && timed.timeMs >= this.atMs)) return false;
    this.#video.push(timed);
    this.#bytes += timed.frame.data.length;
    return true;
  }

  /** Takes a packet of audio when it may belong to the next part. @returns whether it may @param timed on the take's timeline */
  takesAudio(timed: TimedFrame): boolean {
    if (timed.timeMs + timed.frame.durationMs <= this.atMs) return false;
    this.#audio.push(timed);
    this.#bytes += timed.frame.data.length;
    return true;
  }

  /** Gives back audio that no key frame will begin with any more. @param nowMs frames that are older have all come */
  tooOld(nowMs: number): readonly TimedFrame[] {
    if (this.hasKey) return [];
    const from = this.#audio.findIndex(({ timeMs }) => timeMs > nowMs - audioHeldMs);
    return this.#takeAudio(from === -1 ? this.#audio.length : from);
  }

  /** There is too much of it, or the next part cannot begin: all belongs to the part before. A later key frame has its turn. */
  giveBack(): { readonly video: readonly TimedFrame[]; readonly audio: readonly TimedFrame[] } {
    const all = { video: this.#video, audio: this.#audio };
    this.#video = [];
    this.#audio = [];
    this.#bytes = 0;
    return all;
  }

  /** Once: that no key frame has come for a while. */
  isLate({ isShowing, nowMs }: CutState): boolean {
    if (this.#isTold || this.hasKey || !isShowing || nowMs - this.atMs < keyPatienceMs) return false;
    this.#isTold = true;
    return true;
  }

  /** Whether it is known where the next part begins. @param isLast nothing more comes */
  isDecided(state: CutState, isLast = false): boolean {
    if (!this.hasKey && state.isShowing) return false;
    const targetMs = this.#targetMs(state);
    const { hasVideo, isAudioOn, nowMs } = state;
    if (nowMs < targetMs) return false;
    if (isLast) return this.hasKey;
    if (!this.hasKey && hasVideo && nowMs - targetMs < settleMs) return false;
    const hasPassed = this.#audio.some(
      ({ frame, timeMs }) => timeMs + frame.durationMs > targetMs + roundingMs,
    );
    return hasPassed || nowMs - targetMs >= audioPatienceMs[isAudioOn ? 'on' : 'off'];
  }

  /** Where that is, with all that is held. To be asked once it is decided. */
  place(state: CutState): CutPlace {
    const targetMs = this.#targetMs(state);
    const from = this.#audio.findIndex(
      ({ frame, timeMs }) => timeMs + frame.durationMs > targetMs + roundingMs,
    );
    const audioBefore = this.#takeAudio(from === -1 ? this.#audio.length : from);
    const firstMs = this.#audio[0]?.timeMs ?? Infinity;
    return { startMs: Math.min(targetMs, firstMs), audioBefore, ...this.giveBack() };
  }

  /** Black and silence may stand beyond the moment already. */
  #targetMs({ audioEndMs, videoEndMs }: CutState): number {
    return this.#video[0]?.timeMs ?? Math.max(this.atMs, audioEndMs, videoEndMs);
  }

  #takeAudio(count: number): readonly TimedFrame[] {
    const taken = this.#audio.splice(0, count);
    for (const { frame } of taken) this.#bytes -= frame.data.length;
    return taken;
  }
}
