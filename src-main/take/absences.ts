import type { StreamGap } from '../contract/stamps.js';
import type { Interval } from '../pipeline/missed-frames.js';

type Stream = StreamGap['stream'];
const streams: readonly Stream[] = ['video', 'audio'];

/** A track that goes so shortly before the connection went with it. */
const togetherMs = 1_000;
/** The SDK may give a track up and have another one for it at once: less is no gap, and not told, in milliseconds. */
const leastToldMs = 100;
/** The end of a publication is heard of so soon after that of its track; one that was away for longer had been taken. In milliseconds. */
export const endWithinMs = 1_000;
/** Who left in a standstill is heard of so soon after it. */
const leftInStandstillMs = 500;
/** A connection that is lost so soon after a standstill was lost in it. */
const afterStandstillMs = 3_000;

/** What was lost up to a moment: frames, and milliseconds of audio. */
export type Lost = Readonly<Record<Stream, number>>;

/** Who is told of tracks that had been away. */
export interface AbsenceEvents {
  /** A track had been away with a lost connection for so long, or its packets were lost on the way. */
  onAbsence(stream: Stream, gapMs: number): void;
  /**
   * Nothing of it was received, and nobody was there to miss it.
   *
   * @param ms how long
   * @param known what the account lost in that time: frames, or milliseconds of audio
   * @returns what was added to the account
   */
  onUncounted(stream: Stream, ms: number, known: number): number;
}

/** What is known of a stream when its track goes; times are milliseconds on the take's timeline. */
export interface StreamState {
  /** What came before is on the account. */
  readonly accountEndMs: number;
  /** Where the newest of it stands that has come; what was received after a standstill may be from before it. */
  readonly cameToMs: number;
  /** Since when it has delivered nothing; null when it does. */
  readonly silentSinceMs: number | null;
  readonly lost: number;
}

/** A track was away, and is there again; or the file has ended. */
export interface EndedAbsence extends Interval {
  /** What was lost meanwhile, on whatever account: frames, or milliseconds of audio. */
  readonly lost: number;
  /** The part of it that was on no account before. */
  readonly added: number;
}

/** A time that is on no account, and what was lost before it. */
interface Uncounted {
  readonly fromMs: number;
  readonly lostBefore: number;
}

interface Standstill extends Interval {
  /** Before it. */
  readonly lost: Lost;
}

/**
 * The tracks of a file that are away because the connection was lost, or because the server has taken them from the recorder: they
 * have not left, and what they would have sent is missing. One at most of each kind.
 */
export class Absences {
  readonly #leftAtMs: Record<Stream, number | null> = { video: null, audio: null };
  readonly #awaySinceMs: Record<Stream, number | null> = { video: null, audio: null };
  readonly #uncounted: Record<Stream, Uncounted | null> = { video: null, audio: null };
  /** When it was taken from the recorder, whatever the connection does; null when it was not. */
  readonly #takenAtMs: Record<Stream, number | null> = { video: null, audio: null };
  /** Since when it is there again, and nothing has come of it yet: it is as much away. */
  readonly #returnedAtMs: Record<Stream, number | null> = { video: null, audio: null };
  /** Null while the connection stands. */
  #lostAtMs: number | null = null;
  /** When the connection came back last. */
  #backAtMs: number | null = null;
  /** The last one; and the one in which the connection was lost. */
  #standstill: Standstill | null = null;
  #lostIn: Standstill | null = null;
  readonly #events: AbsenceEvents;
  readonly #stateOf: (stream: Stream) => StreamState;

  constructor(events: AbsenceEvents, stateOf: (stream: Stream) => StreamState) {
    this.#events = events;
    this.#stateOf = stateOf;
  }

  /** The process stood still. */
  stoodStill(standstill: Standstill): void {
    this.#standstill = standstill;
  }

  /**
   * What is missing goes on in the next part of the file.
   *
   * @param cutMs where that begins
   * @returns what is missing of each kind up to there, as {@link Absences.end} says it
   */
  moveTo(next: Absences, cutMs: number): Record<Stream, EndedAbsence | null> {
    next.#lostAtMs = this.#lostAtMs;
    next.#lostIn = this.#lostIn;
    next.#backAtMs = this.#backAtMs;
    const move = (stream: Stream): EndedAbsence | null => {
      next.#leftAtMs[stream] = this.#leftAtMs[stream];
      next.#takenAtMs[stream] = this.#takenAtMs[stream];
      next.#returnedAtMs[stream] = this.#returnedAtMs[stream];
      const untilMs = Math.min(cutMs, this.#untilMs(stream, cutMs));
      const countedToMs = this.#uncounted[stream]?.fromMs ?? cutMs;
      const lostBefore = this.#stateOf(stream).lost;
      const ended = this.#end(stream, untilMs);
      if (ended === null) return null;
      next.#awaySinceMs[stream] = cutMs;
      next.#uncounted[stream] = {
        fromMs: Math.max(countedToMs, untilMs),
        lostBefore: lostBefore + ended.added,
      };
      return ended;
    };
    return { video: move('video'), audio: move('audio') };
  }

  /**
   * A track delivers no more.
   *
   * @param wasOn it was not muted: who is muted is missed by nobody
   * @returns what is missing of one that left while the process stood still: of the standstill, for nobody knows when it was
   */
  trackLeft(stream: Stream, nowMs: number, wasOn: boolean): EndedAbsence | null {
    const returned = this.#lostAtMs === null ? this.shows(stream, nowMs) : null;
    this.#returnedAtMs[stream] = null;
    this.#leftAtMs[stream] = wasOn ? nowMs : null;
    if (returned !== null) return returned;
    if (!wasOn) return null;
    const stood = this.#standstill;
    if (this.#lostAtMs !== null) this.#begin(stream, this.#lostAtMs);
    else if (stood !== null && nowMs - stood.toMs < leftInStandstillMs) return this.#leftIn(stood, stream);
    return null;
  }

  #leftIn({ fromMs, lost: lostBefore, toMs }: Standstill, stream: Stream): EndedAbsence | null {
    const { cameToMs, lost } = this.#stateOf(stream);
    const sinceMs = Math.max(fromMs, cameToMs);
    if (sinceMs >= toMs) return null;
    const known = Math.max(0, lost - lostBefore[stream]);
    const added = this.#events.onUncounted(stream, toMs - sinceMs, known);
    this.#events.onAbsence(stream, toMs - sinceMs);
    return { fromMs: sinceMs, toMs, lost: known + added, added };
  }

  /** The server has taken a track of this kind from the recorder. It is on, and nothing of it comes. */
  trackTaken(stream: Stream, nowMs: number): void {
    // The SDK ends tracks that go with the connection one by one, as if each had been taken.
    if (this.#lostAtMs !== null) {
      this.trackLeft(stream, nowMs, true);
      return;
    }
    // The server forwards nothing from the moment on at which it is withdrawn, and takes the track half a second later.
    this.#begin(stream, stream === 'audio' ? Math.min(nowMs, this.#stateOf(stream).accountEndMs) : nowMs);
    this.#takenAtMs[stream] = nowMs;
    this.#returnedAtMs[stream] = null;
  }

  /**
   * A track that was taken has ended: nothing is missing behind that.
   *
   * @param wasAway it was told to be missing; else it may have ended when it was taken, unless that was a while ago
   * @returns null when nothing of it is missing
   */
  takenEnded(stream: Stream, nowMs: number, wasAway: boolean): EndedAbsence | null {
    const takenAtMs = this.#takenAtMs[stream];
    if (takenAtMs === null) return null;
    if (wasAway) return this.trackCame(stream, nowMs);
    const sinceMs = this.#awaySinceMs[stream] ?? nowMs;
    const isLost = this.#lostAtMs !== null || (this.#backAtMs ?? -Infinity) >= sinceMs;
    // WebRTC's counts may be the first to say that the connection is lost: it went with that.
    if (isLost) this.#takenAtMs[stream] = null;
    else if (nowMs - takenAtMs >= endWithinMs) return this.trackCame(stream, nowMs);
    else {
      this.#forget(stream);
      this.#leftAtMs[stream] = nowMs;
    }
    return null;
  }

  /** The connection to the room is lost, and tracks go with it. */
  connectionLost(nowMs: number): void {
    if (this.#lostAtMs === null) {
      const stood = this.#standstill;
      this.#lostIn = stood !== null && nowMs - stood.toMs < afterStandstillMs ? stood : null;
      this.#lostAtMs = this.#lostIn?.fromMs ?? nowMs;
    }
    for (const stream of streams) {
      const leftAtMs = this.#leftAtMs[stream];
      if (leftAtMs !== null && nowMs - leftAtMs < togetherMs) this.#begin(stream, leftAtMs);
    }
  }

  /** The connection stands again. Whoever does not come back with it has left. */
  connectionBack(nowMs: number): void {
    if (this.#lostAtMs !== null) this.#backAtMs = nowMs;
    this.#lostAtMs = null;
  }

  /** A track of this kind is there again. @returns null when none was away */
  trackCame(stream: Stream, nowMs: number): EndedAbsence | null {
    this.#leftAtMs[stream] = null;
    const ended = this.#end(stream, nowMs);
    if (ended !== null && nowMs - ended.fromMs >= leastToldMs)
      this.#events.onAbsence(stream, nowMs - ended.fromMs);
    return ended;
  }

  /** A track of this kind is there again, and its absence ends when something has come of it. @returns false when none was away */
  trackReturns(stream: Stream, nowMs: number): boolean {
    this.#leftAtMs[stream] = null;
    this.#takenAtMs[stream] = null;
    this.#returnedAtMs[stream] = this.#awaySinceMs[stream] === null ? null : nowMs;
    return this.#returnedAtMs[stream] !== null;
  }

  /** Something has come of a track of this kind, or nothing is due. @returns null when it was not away */
  shows(stream: Stream, atMs: number): EndedAbsence | null {
    const returnedAtMs = this.#returnedAtMs[stream];
    return returnedAtMs === null ? null : this.trackCame(stream, Math.max(atMs, returnedAtMs));
  }

  /** Nothing follows. @returns where it ends, with what it was; null when no track of this kind was away */
  end(stream: Stream, nowMs: number): EndedAbsence | null {
    return this.#end(stream, this.openOf(stream, nowMs)?.untilMs ?? nowMs);
  }

  /** From when to when a track of this kind has been away by now; null when none is. */
  openOf(stream: Stream, nowMs: number): { readonly sinceMs: number; readonly untilMs: number } | null {
    const sinceMs = this.#awaySinceMs[stream];
    return sinceMs === null ? null : { sinceMs, untilMs: this.#untilMs(stream, nowMs) };
  }

  /** Whoever does not come back with the connection has left. */
  #untilMs(stream: Stream, nowMs: number): number {
    const isAway =
      this.#lostAtMs !== null || this.#takenAtMs[stream] !== null || this.#returnedAtMs[stream] !== null;
    return isAway ? nowMs : (this.#backAtMs ?? nowMs);
  }

  #begin(stream: Stream, sinceMs: number): void {
    if (this.#awaySinceMs[stream] !== null) return;
    const { accountEndMs, lost, silentSinceMs } = this.#stateOf(stream);
    // It may have delivered nothing for a while before anybody said why: that is one gap with it.
    this.#awaySinceMs[stream] = Math.min(sinceMs, silentSinceMs ?? sinceMs);
    const stood = this.#lostIn;
    this.#uncounted[stream] =
      stood === null
        ? { fromMs: accountEndMs, lostBefore: lost }
        : { fromMs: stood.fromMs, lostBefore: stood.lost[stream] };
  }

  #end(stream: Stream, untilMs: number): EndedAbsence | null {
    const sinceMs = this.#awaySinceMs[stream];
    const uncounted = this.#uncounted[stream];
    this.#forget(stream);
    if (sinceMs === null) return null;
    if (uncounted === null) return { fromMs: sinceMs, toMs: untilMs, lost: 0, added: 0 };
    const known = Math.max(0, this.#stateOf(stream).lost - uncounted.lostBefore);
    const added = this.#events.onUncounted(stream, Math.max(0, untilMs - uncounted.fromMs), known);
    return { fromMs: sinceMs, toMs: untilMs, lost: known + added, added };
  }

  #forget(stream: Stream): void {
    this.#awaySinceMs[stream] = null;
    this.#uncounted[stream] = null;
    this.#takenAtMs[stream] = null;
    this.#returnedAtMs[stream] = null;
  }
}
