import { rm } from 'node:fs/promises';
import { toPlateauError } from '../../contract/errors.js';
import { inTime } from '../../process/deadline.js';
import type { PictureSize } from '../frames/encoded-frame.js';
import { CopiedPart, type DueTimes, type PartHooks } from './copied-part.js';
import type { TimedFrame } from './frame-times.js';
import { type LineCounts, noLine, sumOfLines } from './line-counts.js';
import { MatroskaFile } from './matroska-file.js';
import { type CutState, heldByCutBytes, PartCut } from './part-cut.js';
import { type PartAccount, PartMarks, type StreamKind, type StreamMark } from './part-marks.js';
import type { PartBegin, PartsOptions } from './parts-options.js';

/** The next part's file is made in less, or not waited for, at the end of the take. Milliseconds. */
const openPatienceMs = 1_500;

/** What is sent before a moment comes so much later at most, as far as anybody waits for it. Milliseconds. */
const onItsWayMs = 500;

interface PartsSource {
  readonly now: (kind: StreamKind) => StreamMark;
  /** When the first of the frames came that wait for the sender's clock; null while none does. Three seconds ago at most. */
  readonly waitsSinceMs: () => number | null;
  readonly wishKeyFrame: () => void;
}

/** The parts of one file: the one that is recorded, where it is to be cut, and those that are being closed. Times are the take's. */
export class PartsOfFile {
  readonly #options: PartsOptions;
  readonly #source: PartsSource;
  readonly #marks: PartMarks;
  #part: CopiedPart;
  #cut: PartCut | null = null;
  /** Behind one that has its key frame already. */
  #nextCut: PartCut | null = null;
  #opening: Promise<void> | null = null;
  #opened: { readonly file: MatroskaFile; readonly number: number } | null = null;
  /** Parts that are being closed. */
  readonly #endings = new Map<CopiedPart, Promise<void>>();
  readonly #endedLines = { video: noLine, audio: noLine };
  #endedBytes = 0;
  #declared: PictureSize | null = null;
  #nowMs = 0;

  constructor(file: MatroskaFile, options: PartsOptions, hooks: PartHooks, source: PartsSource) {
    this.#options = options;
    this.#source = source;
    this.#marks = new PartMarks(source.now);
    const { atMs, number } = options.first ?? { number: 1, atMs: 0 };
    this.#part = CopiedPart.first(file, { number, startMs: atMs }, options.blackFrames, hooks);
  }

  /** The one that is recorded. */
  get current(): CopiedPart {
    return this.#part;
  }

  /** What became of the frames of all parts up to now. */
  get lines(): Readonly<Record<StreamKind, LineCounts>> {
    let { audio, video } = this.#partLines;
    for (const { counts } of [...this.#endings.keys(), { counts: this.#endedLines }]) {
      audio = sumOfLines(audio, counts.audio);
      video = sumOfLines(video, counts.video);
    }
    return { audio, video };
  }

  /** What became of everything that came for the part that is recorded. */
  get account(): PartAccount {
    return this.#marks.account(this.#partLines);
  }

  /** Compressed bytes that the system has taken, over all parts. */
  get writtenBytes(): number {
    const ending = [...this.#endings.keys()].reduce((sum, { file }) => sum + file.writtenBytes, 0);
    return this.#endedBytes + ending + this.#part.file.writtenBytes;
  }

  /** Bytes of frames that wait for a cut. */
  get heldBytes(): number {
    return this.#cut?.held.bytes ?? 0;
  }

  /** Whether frames of the part that is recorded are not in its lines yet: they wait for a cut, or for the black before them. */
  get isHolding(): boolean {
    const { audio, video } = this.#cut?.held ?? { audio: 0, video: 0 };
    return audio + video > 0 || this.#part.video.isWaiting;
  }

  /** A packet of a frame comes. @param timestamp of the frame, as it was sent */
  packet(kind: StreamKind, timestamp: number): void {
    if (this.#cut !== null) this.#marks.mark(kind, timestamp);
  }

  /** Takes a picture. @param declared how large its camera is said to be; null when nothing is known */
  pushVideo(timed: TimedFrame, declared: PictureSize | null): void {
    this.#declared = declared;
    this.#push('video', timed);
  }

  /** Takes a packet of audio. */
  pushAudio(timed: TimedFrame): void {
    this.#push('audio', timed);
  }

  /**
   * The file goes on in the next part of the take: at the first key frame from there on, which is asked for. One that was to
   * come before, and has no key frame yet, is left out.
   */
  cut(begin: PartBegin): void {
    if (this.#cut?.hasKey === true) {
      this.#nextCut = new PartCut(begin);
      return;
    }
    const { audio } = this.#cut?.giveBack() ?? { audio: [] };
    this.#cut = new PartCut(begin);
    for (const timed of audio) this.#push('audio', timed);
  }

  /** Writes what is due. */
  tick(due: DueTimes): void {
    this.#nowMs = Math.max(this.#nowMs, due.nowMs);
    const cut = this.#cut;
    // Every frame from before that moment has come.
    if (cut !== null) this.#tickCut(cut, Math.min(due.pictureMs, due.soundMs));
    // What is held stands in the place of silence and black, and so does the next part that is about to begin.
    const { audio = 0, video = 0 } = this.#cut?.held ?? {};
    if (audio + video === 0 && this.#opening === null) this.#part.tick(due);
    void this.#part.file.checkPresence();
  }

  /** Nothing comes any more: writes what waits, fills up to there, and closes. @throws PlateauError as {@link MatroskaFile.finish} */
  async finish(atMs: number): Promise<void> {
    this.#nowMs = Math.max(this.#nowMs, atMs);
    if (this.#cut?.hasKey === true) {
      this.#goOnIfDecided(true);
      if (this.#opening !== null) await inTime(this.#opening, openPatienceMs);
    }
    this.#giveBack();
    this.#cut = null;
    await Promise.all([this.#part.finish(atMs), this.#discard(), ...this.#endings.values()]);
  }

  get #partLines(): Readonly<Record<StreamKind, LineCounts>> {
    const { audio, video } = this.#part.counts;
    const held = this.#cut?.held ?? { audio: 0, video: 0 };
    return { audio: waiting(audio, held.audio), video: waiting(video, held.video) };
  }

  get #state(): CutState {
    const { audio, file, startMs, video } = this.#part;
    return {
      nowMs: this.#nowMs,
      ...{ isShowing: video.isShowing, hasVideo: file.video !== null, isAudioOn: audio.isOn },
      ...{ audioEndMs: startMs + audio.endMs, videoEndMs: startMs + video.lastMs + 1 },
    };
  }

  #push(kind: StreamKind, timed: TimedFrame): void {
    const cut = this.#cut;
    this.#nowMs = Math.max(this.#nowMs, timed.timeMs);
    const isHeld = kind === 'video' ? cut?.takesVideo(timed) : cut?.takesAudio(timed);
    if (isHeld === true) this.#goOnIfDecided(false);
    else this.#write(kind, timed);
  }

  #write(kind: StreamKind, timed: TimedFrame): void {
    if (kind === 'video') this.#part.pushVideo(timed, this.#declared);
    else this.#part.pushAudio(timed);
  }

  #tickCut(cut: PartCut, oldestMs: number): void {
    for (const timed of cut.tooOld(oldestMs)) this.#write('audio', timed);
    if (cut.held.bytes > heldByCutBytes) this.#giveBack();
    if (this.#nowMs < cut.atMs) return;
    const state = this.#state;
    if (state.isShowing && !cut.hasKey) this.#source.wishKeyFrame();
    if (cut.isLate(state)) this.#options.parts?.onLate(cut.number);
    this.#goOnIfDecided(false);
  }

  /** All that is held belongs to the part that is recorded. */
  #giveBack(): void {
    const { audio, video } = this.#cut?.giveBack() ?? { audio: [], video: [] };
    for (const timed of audio) this.#write('audio', timed);
    for (const timed of video) this.#write('video', timed);
  }

  #goOnIfDecided(isLast: boolean): void {
    const cut = this.#cut;
    // Its first pictures wait for the black before them.
    if (cut === null || this.#part.video.isWaiting || !cut.isDecided(this.#state, isLast)) return;
    // What came before it, and was on its way then, belongs to the part before.
    if (!isLast && (this.#source.waitsSinceMs() ?? Infinity) < cut.atMs + onItsWayMs) return;
    const opened = this.#opened;
    if (opened?.number === cut.number) this.#goOn(cut, opened.file);
    else {
      void this.#discard();
      this.#open(cut.number, isLast);
    }
  }

  #open(number: number, isLast: boolean): void {
    const { parts } = this.#options;
    if (this.#opening !== null || parts === undefined) return;
    this.#opening = MatroskaFile.create(parts.pathOf(number), { ...this.#options, ...parts.diskOf?.(number) })
      .then((file) => {
        this.#opened = { file, number };
        this.#goOnIfDecided(isLast);
      })
      .catch((thrown: unknown) => {
        this.#giveBack();
        this.#cut = this.#nextCut;
        this.#nextCut = null;
        parts.onRefused(number, toPlateauError(thrown));
      })
      .finally(() => {
        this.#opening = null;
      });
  }

  #goOn(cut: PartCut, file: MatroskaFile): void {
    const place = cut.place(this.#state);
    this.#opened = null;
    this.#cut = this.#nextCut;
    this.#nextCut = null;
    const before = this.#part;
    this.#part = before.next(file, cut.number, place);
    const { startMs } = this.#part;
    const account = this.#marks.ended(before.counts, {
      video: place.video[0]?.frame.timestamp,
      audio: place.audio[0]?.frame.timestamp,
    });
    this.#options.parts?.onBegun(cut.number, startMs, account, before.file.video);
    this.#endings.set(before, this.#end(before, startMs));
    for (const timed of place.audio) this.#push('audio', timed);
    for (const timed of place.video) this.#push('video', timed);
  }

  /** In the background: nothing comes for it any more. Never rejects. */
  async #end(part: CopiedPart, endMs: number): Promise<void> {
    await part.finish(endMs).catch(() => undefined);
    this.#endings.delete(part);
    const { counts, file, number, packets } = part;
    this.#endedLines.video = sumOfLines(this.#endedLines.video, counts.video);
    this.#endedLines.audio = sumOfLines(this.#endedLines.audio, counts.audio);
    this.#endedBytes += file.writtenBytes;
    const { failure, video } = file;
    this.#options.parts?.onEnded({ number, lines: counts, packets, video, failure });
  }

  /** A file that was made and not begun is none. */
  async #discard(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    if (opened === null) return;
    const { file } = opened;
    await file.finish().catch(() => undefined);
    await rm(file.path, { force: true }).catch(() => undefined);
  }
}

function waiting(counts: LineCounts, frames: number): LineCounts {
  return { ...counts, handedOver: counts.handedOver + frames, waiting: counts.waiting + frames };
}
