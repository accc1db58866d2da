import type { StreamPackets } from '../../contract/stamps.js';
import type { PictureSize } from '../frames/encoded-frame.js';
import { AudioLine } from './audio-line.js';
import type { BlackFrames } from './black-frames.js';
import type { ClusterKeeper } from './cluster-keeper.js';
import type { TimedFrame } from './frame-times.js';
import { type LineCounts, type LineGap, withoutUnwritten } from './line-counts.js';
import type { MatroskaFile } from './matroska-file.js';
import type { CutPlace } from './part-cut.js';
import { VideoLine } from './video-line.js';

/** What the lines of a part tell of. Times of gaps are the take's. */
export interface PartHooks {
  readonly onKeyWanted: () => void;
  readonly onOtherCodec: (codec: TimedFrame['frame']['codec']) => void;
  /** @returns how many of the due pictures never came at all */
  readonly onGap: (gap: LineGap, part: number) => number;
  /** Sees what goes into the files; nobody when left out. */
  readonly keeper?: ClusterKeeper | undefined;
}

/** How far a file can be written, of the take, in milliseconds. */
export interface DueTimes {
  readonly nowMs: number;
  /** Pictures from before have their times: no black beyond it. */
  readonly pictureMs: number;
  /** Packets of audio from before have theirs: no silence beyond it. */
  readonly soundMs: number;
}

/** One part of a file: a Matroska file of its own, with its lines. Times that it is told are the take's, in milliseconds. */
export class CopiedPart {
  readonly number: number;
  /** Where it begins: the file's time 0. */
  readonly startMs: number;
  readonly file: MatroskaFile;
  readonly #hooks: PartHooks;
  readonly audio: AudioLine;
  readonly video: VideoLine;
  /** Audio that waits with the first pictures: a player that seeks to one finds what sounds with it behind it. */
  #held: TimedFrame[] = [];

  private constructor(
    file: MatroskaFile,
    { number, startMs }: Pick<CopiedPart, 'number' | 'startMs'>,
    hooks: PartHooks,
    makeLines: (part: CopiedPart) => Pick<CopiedPart, 'audio' | 'video'>,
  ) {
    this.file = file;
    this.number = number;
    this.startMs = startMs;
    this.#hooks = hooks;
    file.onCluster = hooks.keeper?.begin(file, startMs) ?? null;
    const { audio, video } = makeLines(this);
    this.audio = audio;
    this.video = video;
  }

  /** The first part of a file. @param place number of the part, and where it begins */
  static first(
    file: MatroskaFile,
    place: Pick<CopiedPart, 'number' | 'startMs'>,
    blackFrames: BlackFrames,
    hooks: PartHooks,
  ): CopiedPart {
    return new CopiedPart(file, place, hooks, (part) => ({
      audio: new AudioLine(file, part.#onAudioGap),
      video: new VideoLine(file, blackFrames, part.#videoHooks),
    }));
  }

  /** The next one, which gets what is held for it; this one gets the rest, and has to be finished at `startMs` of the take. */
  next(file: MatroskaFile, number: number, cut: CutPlace): CopiedPart {
    const { audio, audioBefore, startMs, video } = cut;
    for (const timed of audioBefore) this.pushAudio(timed);
    const endMs = startMs - this.startMs;
    // What is open is lost as well.
    if (this.file.failure !== null) this.file.flush();
    const first = audio[0];
    const lostBefore = first !== undefined && first.timeMs > startMs ? (first.frame.lostBefore ?? 0) : 0;
    const next = new CopiedPart(file, { number, startMs }, this.#hooks, (part) => ({
      audio: this.audio.successor(file, part.#onAudioGap, endMs, {
        ...{ lostBefore, durationMs: first?.frame.durationMs ?? 0 },
      }),
      video: this.video.successor(file, part.#videoHooks, endMs, video[0]?.frame.lostBefore !== undefined),
    }));
    return next;
  }

  /** What became of the frames up to now. */
  get counts(): { readonly audio: LineCounts; readonly video: LineCounts } {
    const audio = this.audio.counts;
    const waits = this.#held.length;
    const waiting = { handedOver: audio.handedOver + waits, waiting: audio.waiting + waits };
    const { audioMs, fromMs, ...unwritten } = this.file.unwritten;
    return {
      audio: withoutUnwritten(
        { ...audio, ...waiting },
        { frames: unwritten.audio, ms: audioMs, fromMs: fromMs.audio },
      ),
      video: withoutUnwritten(this.video.counts, { frames: unwritten.video, ms: 0, fromMs: fromMs.video }),
    };
  }

  /** As {@link MatroskaFile.packets}. */
  get packets(): StreamPackets {
    return this.file.packets;
  }

  /** Takes a picture. */
  pushVideo({ frame, timeMs }: TimedFrame, declared: PictureSize | null): void {
    this.video.push(frame, timeMs - this.startMs, declared);
  }

  /** Takes a packet of audio. */
  pushAudio(timed: TimedFrame): void {
    if (this.video.isWaiting) this.#held.push(timed);
    else this.audio.push(timed.frame, timed.timeMs - this.startMs);
  }

  /**
   * The connection is lost, or stands again: of what is on nobody knows what was sent meanwhile, and all of it is lost.
   *
   * @param isSteady its pictures follow one another: not of a screen, which sends what changes
   */
  connectionChanged(isConnected: boolean, atMs: number, isSteady: boolean): void {
    const { audio, startMs, video } = this;
    if (isConnected) {
      audio.connectionBack(atMs - startMs);
      video.steps.connectionBack(atMs - startMs);
      return;
    }
    audio.connectionLost(atMs - startMs);
    video.steps.connectionLost(atMs - startMs, video.lastMs, isSteady && video.isShowing);
  }

  /** Video goes on here that was in another file. @param atMs of the take */
  goesOn(atMs: number): void {
    this.video.steps.goesOn(atMs - this.startMs);
  }

  /** A track has ended. @param atMs when the last of it came */
  ended(kind: 'audio' | 'video', atMs: number): void {
    if (kind === 'audio') {
      this.audio.ended(atMs - this.startMs);
      return;
    }
    this.video.steps.ended(atMs - this.startMs);
    // What ends with the take has been on up to its end: its last picture is held.
    if (this.video.endsAtMs === Infinity) this.video.setOff(atMs - this.startMs);
  }

  /** The take ends there. */
  endAt(atMs: number): void {
    this.audio.endsAtMs = atMs - this.startMs;
    this.video.endsAtMs = this.audio.endsAtMs;
  }

  /** Writes what is due: no black and no silence behind what waits for its time. */
  tick({ nowMs, pictureMs, soundMs }: DueTimes): void {
    this.video.tick(pictureMs - this.startMs);
    if (this.#held.length === 0) this.audio.tick(nowMs - this.startMs, soundMs - this.startMs);
    void this.file.checkPresence();
  }

  /** Writes what waits, fills both lines up to there, and closes the file. @throws PlateauError as {@link MatroskaFile.finish} */
  async finish(atMs: number): Promise<void> {
    await this.video.finish(atMs - this.startMs);
    this.audio.finish(atMs - this.startMs);
    await this.file.finish();
  }

  readonly #onAudioGap = (gap: LineGap): void => {
    this.#hooks.onGap({ ...gap, atMs: gap.atMs + this.startMs }, this.number);
  };

  get #videoHooks(): ConstructorParameters<typeof VideoLine>[2] {
    return {
      onKeyWanted: () => this.#hooks.onKeyWanted(),
      onOtherCodec: (codec) => this.#hooks.onOtherCodec(codec),
      onWaited: (timeMs) => this.#releaseAudio(timeMs),
      onGap: (gap) => this.#hooks.onGap({ ...gap, atMs: gap.atMs + this.startMs }, this.number),
    };
  }

  /** @param untilMs of the file */
  #releaseAudio(untilMs: number): void {
    let next = 0;
    for (; next < this.#held.length; next += 1) {
      const held = this.#held[next];
      if (held === undefined || held.timeMs - this.startMs > untilMs) break;
      this.audio.push(held.frame, held.timeMs - this.startMs);
    }
    this.#held.splice(0, next);
  }
}
