import { caps } from './limits.js';
import { lossLimits, lostAudioMs } from './losses.js';
import { participantNameOf } from './participant-name.js';
import type { SinkSnapshot, Snapshot } from './snapshot.js';

/** Why frames or audio are lost, as far as one snapshot after the other tells. */
export type LossCause =
  'encoderBehind' | 'diskBehind' | 'encoderFailed' | 'savingMemory' | 'recorderBusy' | 'network' | 'order';

/** What a stream is losing, or has lost. */
export interface LosingStream {
  /** File name; with the medium it is the stream. */
  readonly file: string;
  /** Whose it is, as on the cards: `Ada`, `Ada’s screen`. */
  readonly name: string;
  readonly medium: 'video' | 'audio';
  readonly cause: LossCause;
  /** Frames of video, or milliseconds of audio. */
  readonly lost: number;
  readonly isLosing: boolean;
  /** Of the frames that come; null of audio, and while that is not known. */
  readonly pixels: number | null;
}

/** What a person has to know until they say that they do. */
export interface LossAlarm {
  /** Something is being lost now. */
  readonly isLosing: boolean;
  /** Audio first. */
  readonly streams: readonly LosingStream[];
}

/** A loss is counted over at most this long: as soon as it is enough, it is told. */
const windowMs = 1_000;
/** Fewer frames in it are no alarm: one that is lost now and then is in the account. */
const leastFrames = 3;
/** A stream that lost nothing for this long is not losing any more. */
const holdMs = 3_000;
/** That frames were missed is decided so long after they were: a recorder that was late by then is why. */
const decidedAfterMs = 4_000;
/** A disk queue this full keeps ffmpeg from being read: what is lost then is the disk's. */
const fullDiskQueue = 0.75;

type Medium = LosingStream['medium'];

/** What is lost of a stream up to now, by what lost it; all of it only ever grows. */
interface Counts {
  /** A queue was full: the encoder, or the disk behind it, did not keep up. */
  readonly behind: number;
  /** In copy mode: what waited for the disk was at its cap. */
  readonly disk: number;
  readonly failed: number;
  readonly governed: number;
  readonly order: number;
  /** It never came, or too late. */
  readonly absent: number;
}

interface Watched {
  readonly file: string;
  readonly medium: Medium;
  name: string;
  pixels: number | null;
  base: Counts;
  /** Silence is written for what was dropped, a while after: only more of it is audio that never came. */
  absent: number;
  baseAtMs: number;
  /** What it loses to at the moment, or did last. */
  cause: LossCause;
  /** All of it, by what it was lost to, since the take began or somebody acknowledged it. */
  byCause: Map<LossCause, number>;
  lastLossMs: number;
  isAcknowledged: boolean;
}

/**
 * Notices that something is being lost, from what consecutive snapshots of a take count: within a second, as long as it
 * goes on, and until somebody acknowledges it. Holds a few numbers for each stream of the take.
 */
export class LossWatch {
  readonly #streams = new Map<string, Watched>();
  #takeMs: number | null = null;
  #isPaused = false;
  #watchdogTrips = 0;
  /** When the event loop was last seen to be late, on the take's timeline. */
  #lateAtMs = -Infinity;
  #alarm: LossAlarm | null = null;
  #losing: readonly string[] = [];

  /** Null while nothing is or was lost, or somebody has acknowledged it. The same object until it changes. */
  get alarm(): LossAlarm | null {
    return this.#alarm;
  }

  /** Files of which something is being lost now, acknowledged or not. The same object until it changes. */
  get losing(): readonly string[] {
    return this.#losing;
  }

  /** Takes the next snapshot. @returns whether the alarm, or what is being lost, has changed */
  accept(snapshot: Snapshot): boolean {
    const { takeMs, sinks, watchdogTrips } = snapshot;
    // A take that begins has lost nothing yet; what the one before has lost is told by its toast and in its list.
    if (takeMs !== null && (this.#takeMs === null || takeMs < this.#takeMs)) {
      this.#streams.clear();
      this.#lateAtMs = -Infinity;
    }
    const hasTripped = watchdogTrips > this.#watchdogTrips && this.#takeMs !== null;
    this.#watchdogTrips = watchdogTrips;
    this.#takeMs = takeMs;
    this.#isPaused = snapshot.isPaused === true;
    if (takeMs !== null) {
      if (hasTripped || isLate(snapshot)) this.#lateAtMs = takeMs;
      const isBusy = takeMs - this.#lateAtMs <= decidedAfterMs;
      for (const sink of sinks) {
        if (sink.video !== null) this.#watch('video', sink, takeMs, isBusy);
        this.#watch('audio', sink, takeMs, isBusy);
      }
    }
    return this.#update();
  }

  /**
   * Somebody has seen it: it comes back when another stream loses something, or one of these
   * anew or for another reason.
   */
  acknowledge(): void {
    for (const stream of this.#streams.values()) {
      stream.isAcknowledged = true;
      stream.byCause.clear();
    }
    this.#update();
  }

  /** The room was left: nothing of it is shown in the next. */
  reset(): void {
    this.#streams.clear();
    this.#takeMs = null;
    this.#update();
  }

  #watch(medium: Medium, sink: SinkSnapshot, nowMs: number, isBusy: boolean): void {
    const key = `${sink.file}|${medium}`;
    const before = this.#streams.get(key);
    const counts = countsOf(medium, sink, before?.absent ?? 0);
    const least = medium === 'video' ? leastFrames : lossLimits.leastSmallAudioMs;
    if (before === undefined) {
      // A window that is opened, or loaded again, in mid-take knows what was lost before, and not that somebody has seen it.
      const lost = sumOf(counts);
      const due = medium === 'video' ? (sink.video?.accounting.received ?? 0) + counts.absent : nowMs;
      const isBad = lost >= least && lost > lossLimits.badShare * due;
      const growth = isBad ? growthOf(counts, nothing, sink, false) : [];
      this.#streams.set(key, {
        ...{ file: sink.file, medium, name: nameOf(sink), pixels: null, base: counts, baseAtMs: nowMs },
        ...{ absent: counts.absent, cause: 'network', lastLossMs: -Infinity, isAcknowledged: false },
        byCause: new Map(growth),
      });
      return;
    }
    before.name = nameOf(sink);
    before.absent = counts.absent;
    const lost = sumOf(counts) - sumOf(before.base);
    const isEnough = lost >= least;
    if (nowMs - before.lastLossMs > holdMs) before.isAcknowledged = false;
    if (isEnough) {
      before.lastLossMs = nowMs;
      const growth = growthOf(counts, before.base, sink, isBusy);
      const cause = mostOf(growth);
      // Who has seen one fault has not seen the next.
      if (cause !== before.cause) before.isAcknowledged = false;
      before.cause = cause;
      before.pixels = medium === 'video' ? pixelsOf(sink) : null;
      if (!before.isAcknowledged)
        for (const [to, more] of growth) before.byCause.set(to, (before.byCause.get(to) ?? 0) + more);
    }
    if (isEnough || nowMs - before.baseAtMs >= windowMs) {
      before.base = counts;
      before.baseAtMs = nowMs;
    }
  }

  #update(): boolean {
    const streams: LosingStream[] = [];
    const losing = new Set<string>();
    const takeMs = this.#takeMs;
    for (const { file, name, medium, byCause, pixels, ...stream } of this.#streams.values()) {
      // Its clock stands still in a pause, and nothing is lost then.
      const isLosing = takeMs !== null && !this.#isPaused && takeMs - stream.lastLossMs <= holdMs;
      if (isLosing) losing.add(file);
      const lost = [...byCause.values()].reduce((sum, one) => sum + one, 0);
      if (stream.isAcknowledged || lost === 0) continue;
      // What it loses to now can be mended now; afterwards it is told what most was lost to.
      const cause = isLosing ? stream.cause : mostOf([...byCause]);
      streams.push({ file, name, medium, cause, lost, isLosing, pixels });
    }
    streams.sort((a, b) => a.medium.localeCompare(b.medium) || a.file.localeCompare(b.file));
    const alarm: LossAlarm | null =
      streams.length === 0 ? null : { isLosing: streams.some(({ isLosing }) => isLosing), streams };
    const hasChanged = JSON.stringify(alarm) !== JSON.stringify(this.#alarm);
    if (hasChanged) this.#alarm = alarm;
    const isSame = losing.size === this.#losing.length && this.#losing.every((file) => losing.has(file));
    if (!isSame) this.#losing = [...losing];
    return hasChanged || !isSame;
  }
}

function nameOf(sink: SinkSnapshot): string {
  const name = participantNameOf(sink);
  return sink.kind === 'screenShare' ? `${name}’s screen` : name;
}

/** @param knownAbsent what was known to have never come */
function countsOf(medium: Medium, sink: SinkSnapshot, knownAbsent: number): Counts {
  const { audio, copy, video } = sink;
  const isVideo = medium === 'video';
  const unit = isVideo ? 1 : caps.audioFrameMs;
  const dropped = isVideo ? video?.accounting.dropped : audio.accounting.dropped;
  const of = (count: number | undefined): number => (count ?? 0) * unit;
  const behind = of(dropped?.queueFull) + of(dropped?.byteCap);
  const failed = of(dropped?.sinkFailed) + of(dropped?.encoderLost);
  const governed = of(dropped?.governed);
  // Audio that is encoded has no times of its own: what finds its place taken was held up, on the way or by a busy machine.
  const isHeldUp = !isVideo && copy === undefined;
  const order = isHeldUp ? 0 : of(dropped?.outOfOrder);
  const late = of(dropped?.tooLate) + (isHeldUp ? of(dropped?.outOfOrder) : 0);
  const disk = copy === undefined ? 0 : of(dropped?.diskBehind);
  // Packets that never came, and what builds on them.
  const undone =
    copy === undefined
      ? 0
      : of(dropped?.packetLost) +
        of(dropped?.awaitingKey) +
        of(dropped?.undecodable) +
        of(dropped?.otherCodec);
  // What no key fits is told of its track, and was lost by nobody.
  const undecrypted = of(dropped?.notDecrypted) + (isVideo ? 0 : (audio.unheardMs ?? 0));
  const silent = lostAudioMs({ lostMs: audio.lostMs, dropped: audio.accounting.dropped });
  // What is found to be missing at the end of a file went with the process that filled it, which a banner says.
  const silence = isWithoutProcess(sink) ? undone : silent;
  const absent = isVideo
    ? late + undone + (video?.missedFrames ?? 0)
    : Math.max(late, silence - behind - disk - failed - governed - order - undecrypted);
  return { behind, disk, failed, governed, order, absent: Math.max(knownAbsent, absent) };
}

/** Whether nothing comes for a copied file any more: the process that filled it is gone, and the take goes on in another one. */
function isWithoutProcess({ audio, copy, isRecording, video }: SinkSnapshot): boolean {
  return copy !== undefined && !isRecording && !audio.isLive && video?.isLive !== true;
}

function sumOf({ behind, disk, failed, governed, order, absent }: Counts): number {
  return behind + disk + failed + governed + order + absent;
}

const nothing: Counts = { behind: 0, disk: 0, failed: 0, governed: 0, order: 0, absent: 0 };

/** What was lost since then, by what it was lost to; each once. */
function growthOf(
  now: Counts,
  before: Counts,
  sink: SinkSnapshot,
  isBusy: boolean,
): (readonly [LossCause, number])[] {
  const isDiskFull = sink.diskQueueBytes >= fullDiskQueue * sink.diskQueueCapBytes;
  // A copied take is received by another process than the one whose event loop is late.
  const isLate = isBusy && sink.copy === undefined;
  const [behind, absent, order] = [
    now.behind - before.behind,
    now.absent - before.absent,
    now.order - before.order,
  ];
  const growth: readonly (readonly [LossCause, number])[] = [
    ['encoderFailed', now.failed - before.failed],
    ['encoderBehind', isDiskFull ? 0 : behind],
    ['diskBehind', now.disk - before.disk + (isDiskFull ? behind : 0)],
    ['savingMemory', now.governed - before.governed],
    // What a recorder that was late hands on at once has times that lie close together.
    ['recorderBusy', isLate ? absent + order : 0],
    ['network', isLate ? 0 : absent],
    ['order', isLate ? 0 : order],
  ];
  return growth.filter(([, more]) => more > 0);
}

/** What most was lost to. */
function mostOf(growth: readonly (readonly [LossCause, number])[]): LossCause {
  const [first = ['network', 0] as const, ...others] = growth;
  return others.reduce((largest, one) => (one[1] > largest[1] ? one : largest), first)[0];
}

function isLate({ eventLoop }: Snapshot): boolean {
  return eventLoop.maxMs >= caps.loopLateAfterMs;
}

function pixelsOf({ video }: SinkSnapshot): number | null {
  if (video === null || video.width === null || video.height === null) return null;
  return video.width * video.height;
}
