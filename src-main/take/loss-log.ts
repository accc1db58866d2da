import type { LossGap, StreamGap } from '../contract/stamps.js';
import type { Interval } from '../pipeline/missed-frames.js';

/** What is lost of one file up to a moment; all of it only ever grows. */
export interface LossSample {
  /** On the take's timeline. */
  readonly nowMs: number;
  /** Null for a file without video. */
  readonly video: {
    readonly received: number;
    /** Received, and dropped by a cause that counts as loss. */
    readonly dropped: number;
    readonly missed: number;
    /** Where those were missed that were not known of in the sample before: that is decided a while later. */
    readonly missedIn?: Interval | null;
    /** Frames are to be expected without end: a camera that is on. A screen that stands still sends none. */
    readonly isDue: boolean;
  } | null;
  readonly audio: {
    /** Silence in place of audio that was to be expected, and audio that was dropped without an encoder. */
    readonly lostMs: number;
    /** Where the latest of that silence ends: it is written a while after it was due. */
    readonly lostEndMs?: number;
    /** Found out since the sample before: they are a while ago, and not among the others. */
    readonly gaps?: readonly { readonly fromMs: number; readonly durationMs: number }[];
  };
}

/** Losses that are nearer to each other than this are one stretch. */
const mergeWithinMs = 1_000;
/** Fewer frames in a stretch are no gap: a sixth of a second at 30 fps. */
const minGapFrames = 5;
/** Nor is a smaller share of what was due in it, or in a second. */
const minGapShare = 0.05;
/** Samples that are further apart: the process stood still between them. */
const standstillMs = 1_000;
/** A connection that is lost so soon after a standstill was lost in it. */
const afterStandstillMs = 3_000;
/** Less audio than this is no gap. */
const minGapAudioMs = 100;
/** A camera that is on and delivers nothing for this long has a gap, whatever its frame rate was. */
const silentAfterMs = 3_000;
/** Gaps that are kept; the longest stay. */
const maxGaps = 100;

type Stream = StreamGap['stream'];
const streams: readonly Stream[] = ['video', 'audio'];

interface Stretch {
  fromMs: number;
  toMs: number;
  /** When something was last seen to be lost in it. */
  seenMs: number;
  /** Frames, or milliseconds of audio. */
  lost: number;
}

interface VideoStretch extends Stretch {
  /** Frames that should have come since it began. */
  due: number;
  /** The part of what is lost that never arrived. */
  missed: number;
}

/**
 * Where something is missing from a file, in stretches. It compares counts that exist anyway, a few times a second:
 * nothing runs for each frame. At most 100 gaps are kept.
 */
export class LossLog {
  readonly #gaps: LossGap[] = [];
  #gapsLeftOut = 0;
  #last: LossSample | null = null;
  #video: VideoStretch | null = null;
  #audio: Stretch | null = null;
  /** Since when a camera that is on has delivered nothing. */
  #silentSinceMs: number | null = null;
  readonly #begins: Record<Stream, number | null> = { video: null, audio: null };
  /** When a track left; and since when it has been away because the connection was lost. */
  readonly #leftAtMs: Record<Stream, number | null> = { video: null, audio: null };
  readonly #awaySinceMs: Record<Stream, number | null> = { video: null, audio: null };
  /** Null while the connection stands. */
  #lostAtMs: number | null = null;
  /** The last one. */
  #standstill: { readonly fromMs: number; readonly toMs: number } | null = null;
  /** When the connection came back last. */
  #backAtMs: number | null = null;
  readonly #onAbsence: (stream: Stream, gapMs: number) => void;

  /** @param onAbsence a track had been away for so long: with a lost connection, or its packets were lost on the way */
  constructor(onAbsence: (stream: Stream, gapMs: number) => void = () => undefined) {
    this.#onAbsence = onAbsence;
  }

  /** The log of the next part of the file: what is missing goes on in it. @param nowMs where that begins */
  successor(nowMs: number): LossLog {
    const next = new LossLog(this.#onAbsence);
    next.#lostAtMs = this.#lostAtMs;
    for (const stream of streams) {
      next.#leftAtMs[stream] = this.#leftAtMs[stream];
      next.#awaySinceMs[stream] = this.#awaySinceMs[stream] === null ? null : nowMs;
    }
    return next;
  }

  /** A gap of that length ends now; the next sample tells what was lost in it. */
  gapEnded(stream: Stream, nowMs: number, gapMs: number): void {
    this.#begins[stream] = Math.max(0, nowMs - gapMs);
  }

  /** A track delivers no more. */
  trackLeft(stream: Stream, nowMs: number): void {
    this.#leftAtMs[stream] = nowMs;
    if (this.#lostAtMs !== null) this.#awaySinceMs[stream] ??= this.#lostAtMs;
  }

  /** A track of this kind delivers. What the connection has cost it is known now. */
  trackCame(stream: Stream, nowMs: number): void {
    this.#leftAtMs[stream] = null;
    const sinceMs = this.#awaySinceMs[stream];
    this.#endAbsence(stream, nowMs);
    if (sinceMs !== null) this.#onAbsence(stream, nowMs - sinceMs);
  }

  /** The connection to the room is lost: tracks that go with it are away, and have not left. */
  connectionLost(nowMs: number): void {
    this.#noteStandstill(nowMs);
    const stood = this.#standstill;
    this.#lostAtMs ??= stood !== null && nowMs - stood.toMs < afterStandstillMs ? stood.fromMs : nowMs;
    for (const stream of streams) {
      const leftAtMs = this.#leftAtMs[stream];
      if (leftAtMs !== null && nowMs - leftAtMs < mergeWithinMs) this.#awaySinceMs[stream] ??= leftAtMs;
    }
  }

  /** The connection stands again. Whoever does not come back with it has left. */
  connectionBack(nowMs: number): void {
    if (this.#lostAtMs !== null) this.#backAtMs = nowMs;
    this.#lostAtMs = null;
  }

  /** The present counts. Call it a few times a second, and once at the end. */
  sample(sample: LossSample): void {
    const last = this.#last;
    this.#noteStandstill(sample.nowMs);
    this.#last = sample;
    for (const { fromMs, durationMs } of sample.audio.gaps ?? []) {
      this.#keepAudio(fromMs, durationMs);
      this.#onAbsence('audio', durationMs);
    }
    if (last === null) return;
    this.#sampleVideo(last, sample);
    this.#sampleAudio(last, sample);
  }

  /** Nothing follows: stretches that are open become gaps. */
  end(): void {
    const nowMs = this.#last?.nowMs ?? 0;
    for (const stream of streams)
      this.#endAbsence(stream, this.#lostAtMs === null ? (this.#backAtMs ?? nowMs) : nowMs);
    this.#endSilence(nowMs);
    this.#closeVideo();
    this.#closeAudio();
  }

  /** Gaps in the order in which they were found. */
  get gaps(): readonly LossGap[] {
    return this.#gaps;
  }

  /** How many shorter ones were left out. */
  get gapsLeftOut(): number {
    return this.#gapsLeftOut;
  }

  #noteStandstill(nowMs: number): void {
    const fromMs = this.#last?.nowMs ?? nowMs;
    if (nowMs - fromMs > standstillMs) this.#standstill = { fromMs, toMs: nowMs };
  }

  #sampleVideo({ video: before, nowMs: lastMs }: LossSample, { video, nowMs }: LossSample): void {
    if (video === null || before === null) return;
    const received = video.received - before.received;
    if (!video.isDue || received > 0) this.#endSilence(lastMs);
    if (video.isDue && received === 0) this.#silentSinceMs ??= lastMs;

    const dropped = video.dropped - before.dropped;
    const missed = video.missed - before.missed;
    if (this.#video !== null) {
      if (nowMs - this.#video.seenMs > mergeWithinMs) this.#closeVideo();
      else this.#video.due += received + missed;
    }
    if (dropped + missed <= 0) return;
    const missedIn = dropped > 0 || missed <= 0 ? null : video.missedIn;
    const fromMs = missedIn?.fromMs ?? Math.min(lastMs, this.#begins.video ?? lastMs);
    const toMs = missedIn?.toMs ?? nowMs;
    this.#begins.video = null;
    const open = this.#video;
    if (open !== null && (fromMs - open.toMs > mergeWithinMs || open.fromMs - toMs > mergeWithinMs))
      this.#closeVideo();
    this.#video ??= { fromMs, toMs, seenMs: nowMs, lost: 0, due: received + missed, missed: 0 };
    this.#video.fromMs = Math.min(this.#video.fromMs, fromMs);
    this.#video.toMs = Math.max(this.#video.toMs, toMs);
    this.#video.seenMs = nowMs;
    this.#video.lost += dropped + missed;
    this.#video.missed += missed;
  }

  #sampleAudio({ audio: before, nowMs: lastMs }: LossSample, { audio, nowMs }: LossSample): void {
    if (this.#audio !== null && nowMs - this.#audio.seenMs > mergeWithinMs) this.#closeAudio();
    const lost = audio.lostMs - before.lostMs;
    const beganMs = this.#begins.audio;
    this.#begins.audio = null;
    if (lost <= 0) return;
    const isPlaced = audio.lostEndMs !== undefined && audio.lostEndMs !== before.lostEndMs;
    const toMs = isPlaced ? (audio.lostEndMs ?? nowMs) : nowMs;
    // Silence is written in steps: its length says where it began. So it does of what was dropped, at the most.
    const fromMs = isPlaced ? toMs - lost : (beganMs ?? toMs - Math.max(lost, nowMs - lastMs));
    if (this.#audio !== null && fromMs - this.#audio.toMs > mergeWithinMs) this.#closeAudio();
    this.#audio ??= { fromMs: Math.max(0, fromMs), toMs, seenMs: nowMs, lost: 0 };
    this.#audio.toMs = Math.max(this.#audio.toMs, toMs);
    this.#audio.seenMs = nowMs;
    this.#audio.lost += lost;
  }

  #endSilence(untilMs: number): void {
    const sinceMs = this.#silentSinceMs;
    this.#silentSinceMs = null;
    if (sinceMs === null || untilMs - sinceMs < silentAfterMs) return;
    this.#keep({
      stream: 'video',
      atMs: sinceMs,
      durationMs: untilMs - sinceMs,
      cause: 'neverArrived',
      lostFrames: null,
    });
  }

  #endAbsence(stream: Stream, untilMs: number): void {
    const sinceMs = this.#awaySinceMs[stream];
    this.#awaySinceMs[stream] = null;
    if (sinceMs === null) return;
    this.#keep({
      stream,
      atMs: sinceMs,
      durationMs: untilMs - sinceMs,
      cause: 'neverArrived',
      lostFrames: null,
    });
  }

  #closeVideo(): void {
    const stretch = this.#video;
    this.#video = null;
    if (stretch === null || stretch.lost < minGapFrames) return;
    if (stretch.lost < minGapShare * stretch.due) return;
    this.#keep({
      stream: 'video',
      atMs: stretch.fromMs,
      durationMs: stretch.toMs - stretch.fromMs,
      cause: stretch.missed * 2 > stretch.lost ? 'neverArrived' : 'dropped',
      lostFrames: stretch.lost,
    });
  }

  #closeAudio(): void {
    const stretch = this.#audio;
    this.#audio = null;
    if (stretch === null || stretch.lost < minGapAudioMs) return;
    this.#keepAudio(stretch.fromMs, stretch.lost);
  }

  #keepAudio(atMs: number, durationMs: number): void {
    this.#keep({ stream: 'audio', atMs, durationMs, cause: 'neverArrived', lostFrames: null });
  }

  #keep(gap: LossGap): void {
    this.#gaps.push({ ...gap, atMs: Math.round(gap.atMs), durationMs: Math.round(gap.durationMs) });
    if (this.#gaps.length <= maxGaps) return;
    let shortest = 0;
    for (const [index, one] of this.#gaps.entries()) {
      if (one.durationMs < (this.#gaps[shortest]?.durationMs ?? 0)) shortest = index;
    }
    this.#gaps.splice(shortest, 1);
    this.#gapsLeftOut += 1;
  }
}
