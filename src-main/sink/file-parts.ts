import type { PlateauError } from '../contract/errors.js';
import type { LostFrames } from './handed-over.js';
import { lossOf, type LossShare, withLoss } from './loss-share.js';
import { countBetween, type PartCount, type StreamCount } from './part-count.js';
import type { SegmentList } from './segment-list.js';

type Stream = 'video' | 'audio';

/** Where a take is cut: each of its files goes on in a part of its own from there. */
export interface Cut {
  /** Of the part that begins there; the first is 1. */
  readonly number: number;
  /** On the take's timeline, in a slot when the frame rate is constant. */
  readonly atMs: number;
}

/** A file of one part of the take. Belongs to {@link FileParts}. */
export interface FilePart {
  /** 1 is the take's beginning. */
  readonly number: number;
  readonly startMs: number;
  /** Where the next one begins; null of the last one. */
  readonly endMs: number | null;
  readonly segments: SegmentList;
  /** It was cut off, and none of its encoders writes any more. */
  readonly hasEnded: boolean;
  /** Tracks were away at its end whose media should have been in it. */
  readonly isLacking: boolean;
  /** The first that kept something of it from its disk; null while nothing did. */
  readonly failure: PlateauError | null;
}

class GrowingPart implements FilePart {
  readonly number: number;
  readonly startMs: number;
  readonly segments: SegmentList;
  endMs: number | null = null;
  isPast = false;
  encoders = 0;
  failure: PlateauError | null = null;
  readonly ends: Record<Stream, StreamCount | null> = { video: null, audio: null };
  /** What had been lost of a stream that was away at its end. */
  readonly lostToEnd: Partial<Record<Stream, Pick<StreamCount, 'lostMs' | 'missedFrames'>>> = {};
  /** As {@link lossOf} says, when the end was read. */
  readonly lossAtEnd: Record<Stream, number> = { video: 0, audio: 0 };

  constructor({ atMs, number }: Cut, segments: SegmentList) {
    this.number = number;
    this.startMs = atMs;
    this.segments = segments;
  }

  get isLacking(): boolean {
    return this.lostToEnd.video !== undefined || this.lostToEnd.audio !== undefined;
  }

  get hasEnded(): boolean {
    return this.isPast && this.encoders === 0;
  }
}

/**
 * The parts of one file: those that a cut has ended, the one that is recorded, and those whose cut is to come. It knows what
 * belongs to each: the counts run over all of them, and are read where each stream passes a cut.
 */
export class FileParts {
  readonly #parts: GrowingPart[];
  #current = 0;
  /** What was written when somebody asked for the size of a part first. */
  #bytesFrom: { readonly number: number; readonly bytes: number };
  readonly #count: (stream: Stream, isEnd: boolean) => StreamCount;
  readonly #onLost: (lost: LostFrames) => void;

  /**
   * @param first where the file begins: with the take, or with the part in which it is made
   * @param count what a stream has counted up to now; `isEnd` when it has passed a cut
   * @param onLost frames were counted as written, and their encoder has taken them with it
   */
  constructor(
    first: Cut,
    segments: SegmentList,
    count: (stream: Stream, isEnd: boolean) => StreamCount,
    onLost: (lost: LostFrames) => void,
  ) {
    this.#parts = [new GrowingPart(first, segments)];
    this.#bytesFrom = { number: first.number, bytes: 0 };
    this.#count = count;
    this.#onLost = onLost;
  }

  /** In their order. */
  get all(): readonly FilePart[] {
    return this.#parts;
  }

  /** The one that is recorded. */
  get current(): FilePart {
    return this.#at(this.#current);
  }

  /** Those whose cut is to come. */
  get pending(): readonly FilePart[] {
    return this.#parts.slice(this.#current + 1);
  }

  /** There is to be another part behind the last one. */
  add(cut: Cut, segments: SegmentList): FilePart {
    this.#at(this.#parts.length - 1).endMs = cut.atMs;
    const part = new GrowingPart(cut, segments);
    this.#parts.push(part);
    return part;
  }

  /** Whether the one of that number has, as {@link FilePart.hasEnded} says; a file that has none has nothing to wait for. */
  hasEndedPart(number: number): boolean {
    return this.#parts.every((part) => part.number !== number || part.hasEnded);
  }

  /** The take ends before they begin. @param endMs on the take's timeline */
  dropFrom(endMs: number): void {
    while (this.#parts.length > this.#current + 1 && this.#at(this.#parts.length - 1).startMs >= endMs) {
      this.#parts.pop();
      this.#at(this.#parts.length - 1).endMs = null;
    }
  }

  /** There is no encoder: every cut up to `nowMs` is passed by what is counted, and by whatever comes. */
  passUntil(nowMs: number): void {
    for (let next = this.pending[0]; next !== undefined && next.startMs <= nowMs; next = this.pending[0]) {
      const part = this.current;
      this.passed(part, 'video', 0);
      this.passed(part, 'audio', 0);
    }
    // A stream may have been left behind where its encoder ended between the two.
    for (const part of this.#parts.slice(0, this.#current)) {
      this.passed(part, 'video', 0);
      this.passed(part, 'audio', 0);
    }
  }

  /**
   * A stream has passed the end of a part: what it has queued belongs to the next one.
   *
   * @param inFlight frames that its encoder was handed, and has not taken yet
   */
  passed(part: FilePart, stream: Stream, inFlight: number): void {
    const index = this.#indexOf(part);
    const growing = this.#at(index);
    if (growing.ends[stream] !== null || index + 1 >= this.#parts.length) return;
    const count = this.#count(stream, true);
    const { dropped, queued, received, written } = count.account;
    const account = {
      received: received - queued + inFlight,
      written: written + inFlight,
      queued: 0,
      dropped: { ...dropped },
    };
    const end = { ...count, ...growing.lostToEnd[stream], account };
    growing.ends[stream] = end;
    growing.lossAtEnd[stream] = lossOf(stream, end);
    if (growing.endMs !== null) growing.segments.end(growing.endMs);
    growing.isPast = growing.ends.video !== null && growing.ends.audio !== null;
    this.#current = Math.max(this.#current, index + 1);
  }

  /**
   * Bytes of the part that is recorded.
   *
   * @param writtenBytes of all parts
   * @returns 0 of another part than `number`
   */
  bytesOf(number: number, writtenBytes: number): number {
    const { current } = this;
    if (this.#bytesFrom.number !== current.number)
      this.#bytesFrom = { number: current.number, bytes: writtenBytes };
    return current.number === number ? writtenBytes - this.#bytesFrom.bytes : 0;
  }

  /** One more encoder writes a part. */
  opened(part: FilePart): void {
    this.#at(this.#indexOf(part)).encoders += 1;
  }

  /** An encoder of a part has ended, and has taken so much with it. */
  closed(part: FilePart, lost: LostFrames): void {
    const index = this.#indexOf(part);
    this.#at(index).encoders -= 1;
    this.#onLost(lost);
    this.#moveFromWritten(index, 'video', lost.videoFrames, 'encoderLost');
    this.#moveFromWritten(index, 'audio', lost.audioFrames, 'encoderLost');
  }

  /** Something that belongs to a part is not in its file; the first reason stays. */
  failed(part: FilePart, error: PlateauError): void {
    this.#at(this.#indexOf(part)).failure ??= error;
  }

  /** A frame that was in flight when its stream passed the end of the part was not taken after all. */
  notWritten(part: FilePart, stream: Stream, frames: number): void {
    this.#moveFromWritten(this.#indexOf(part), stream, frames, 'sinkFailed');
  }

  /**
   * A part has ended while tracks were away: what they would have sent up to its end has just been counted, and belongs to
   * it, whether the stream has passed the cut or does it when it comes back.
   *
   * @param added to the counts, by stream: frames of video, and milliseconds of audio; null of one that was not away
   */
  endedAway(part: FilePart, added: Readonly<Record<Stream, number | null>>): void {
    const index = this.#indexOf(part);
    for (const stream of ['video', 'audio'] as const) {
      const lost = added[stream];
      if (lost === null) continue;
      const { lostMs, missedFrames } = this.#count(stream, false);
      this.#at(index).lostToEnd[stream] = { lostMs, missedFrames };
      // Counts run on: whoever ended later has it, too.
      for (const { ends } of this.#parts.slice(index)) {
        const end = ends[stream];
        if (end === null) continue;
        ends[stream] =
          stream === 'video'
            ? { ...end, missedFrames: end.missedFrames + lost }
            : { ...end, lostMs: end.lostMs + lost };
      }
    }
  }

  /**
   * A loss was found out a while after it had happened: parts whose end has been read get what is theirs of it.
   *
   * @param shares of it, by parts; together they are all of it
   * @param total of the count, with it
   */
  foundOut(stream: Stream, shares: readonly LossShare[], total: number): void {
    const all = shares.reduce((sum, { lost }) => sum + lost, 0);
    for (const { ends, lossAtEnd, number } of this.#parts) {
      const end = ends[stream];
      if (end === null) continue;
      const known = total <= lossAtEnd[stream] ? all : 0;
      const due = shares.reduce((sum, share) => sum + (share.part <= number ? share.lost : 0), 0);
      ends[stream] = withLoss(stream, end, due - known);
    }
  }

  /** What was counted of a part, up to its end or to now. */
  countOf(part: FilePart): PartCount {
    const index = this.#indexOf(part);
    return { video: this.#countOf(index, 'video'), audio: this.#countOf(index, 'audio') };
  }

  #countOf(index: number, stream: Stream): StreamCount {
    const end = this.#at(index).ends[stream] ?? (index > this.#current ? null : this.#count(stream, false));
    const start = index === 0 ? null : this.#at(index - 1).ends[stream];
    // What has not begun has counted nothing.
    if (end === null || (index > 0 && start === null))
      return countBetween(this.#count(stream, false), null, true);
    return countBetween(end, start, false);
  }

  #moveFromWritten(index: number, stream: Stream, frames: number, cause: 'encoderLost' | 'sinkFailed'): void {
    // Counts run on: whoever ended later has it, too.
    for (const { ends } of this.#parts.slice(index)) {
      const account = ends[stream]?.account;
      if (account === undefined) continue;
      const moved = Math.min(frames, account.written);
      account.written -= moved;
      account.dropped[cause] += moved;
    }
  }

  #indexOf(part: FilePart): number {
    return Math.max(
      0,
      this.#parts.findIndex((one) => one === part),
    );
  }

  #at(index: number): GrowingPart {
    const part = this.#parts[index];
    if (part === undefined) throw new RangeError('There is no such part.');
    return part;
  }
}
