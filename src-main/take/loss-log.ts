import type { LossGap, StreamGap } from '../contract/stamps.js';
import type { FoundLoss, Interval } from '../pipeline/missed-frames.js';
import type { LossShare } from '../sink/loss-share.js';
import { type AbsenceEvents, Absences, type EndedAbsence, type StreamState } from './absences.js';
import { audioGap, AudioStretch, DroppedAudio, type LostAudio, minGapAudioMs } from './audio-stretch.js';
import { GapList } from './gap-list.js';
import { type LossSample, lostOf, withLost } from './loss-sample.js';
import { SilentCamera } from './silent-camera.js';
import { minGapFrames, VideoStretch } from './video-stretch.js';

/** Samples that are further apart: the process stood still between them. */
const standstillMs = 1_000;

type Stream = StreamGap['stream'];
const streams: readonly Stream[] = ['video', 'audio'];

function missing(stream: Stream, atMs: number, durationMs: number, lost: number | null = null): LossGap {
  return { stream, atMs, durationMs, cause: 'neverArrived', lostFrames: lost };
}

/**
 * Where something is missing from a file, in stretches. It compares counts that exist anyway, a few times a second:
 * nothing runs for each frame. At most 100 gaps are kept.
 */
export class LossLog {
  readonly #gaps = new GapList();
  #last: LossSample | null = null;
  readonly #video = new VideoStretch((gap) => this.#gaps.add(gap));
  readonly #droppedAudio: DroppedAudio;
  readonly #audio: AudioStretch;
  /** The part before, and where it ended; null of the first. */
  #before: { readonly log: LossLog; readonly endMs: number } | null = null;
  readonly #camera = new SilentCamera((fromMs, toMs) =>
    this.#gaps.add(missing('video', fromMs, toMs - fromMs)),
  );
  readonly #begins: Record<Stream, number | null> = { video: null, audio: null };
  /** When the newest frame came. */
  #newestFrameMs = 0;
  readonly #events: AbsenceEvents;
  readonly #absences: Absences;

  constructor(
    events: AbsenceEvents = { onAbsence: () => undefined, onUncounted: () => 0 },
    droppedAudio = new DroppedAudio(),
  ) {
    this.#events = events;
    this.#droppedAudio = droppedAudio;
    this.#audio = new AudioStretch(droppedAudio, (gap) => this.#gaps.add(gap));
    this.#absences = new Absences(events, (stream) => this.#stateOf(stream));
  }

  /**
   * Ends this log where a part of the file does.
   *
   * @param cutMs where the next part begins
   * @returns the log of that: what is missing goes on in it; and what was put on the account of tracks that are away, up to
   *   there, null of those that are not
   */
  successor(cutMs: number): {
    readonly log: LossLog;
    readonly added: Readonly<Record<Stream, number | null>>;
  } {
    const log = new LossLog(this.#events, this.#droppedAudio);
    log.#newestFrameMs = this.#newestFrameMs;
    const away = this.#absences.moveTo(log.#absences, cutMs);
    for (const stream of streams) this.#keepAbsence(stream, away[stream]);
    this.#camera.cut(cutMs, log.#camera);
    // More may be found out of it.
    this.#video.endAt(cutMs);
    this.#audio.moveBeyond(cutMs, log.#audio);
    log.#last = this.#last;
    log.#before = { log: this, endMs: cutMs };
    return { log, added: { video: away.video?.added ?? null, audio: away.audio?.added ?? null } };
  }

  /** A gap of that length ends now; the next sample tells what was lost in it. */
  gapEnded(stream: Stream, nowMs: number, gapMs: number): void {
    this.#begins[stream] = Math.max(0, nowMs - gapMs);
  }

  /** A track delivers no more. @param wasOn it was not muted: who is muted is missed by nobody */
  trackLeft(stream: Stream, nowMs: number, wasOn = true): void {
    this.#keepAbsence(stream, this.#absences.trackLeft(stream, nowMs, wasOn));
  }

  /** The server has taken a track from the recorder that was on: it has not left, and what it sends is missing. */
  trackTaken(stream: Stream, nowMs: number): void {
    this.#absences.trackTaken(stream, nowMs);
  }

  /** As {@link Absences.takenEnded}. */
  takenEnded(stream: Stream, nowMs: number, wasAway: boolean): void {
    this.#keepAbsence(stream, this.#absences.takenEnded(stream, nowMs, wasAway));
  }

  /**
   * A track of this kind is there. What its absence has cost is known now; of a camera that is on, with its first picture: a
   * publisher may take a second for that, and what was shown last stands until then.
   */
  trackCame(stream: Stream, nowMs: number, isMuted = false): void {
    if (stream === 'video' && !isMuted && this.#absences.trackReturns(stream, nowMs)) return;
    this.#keepAbsence(stream, this.#absences.trackCame(stream, nowMs));
  }

  /** What came of a track in that time could not be decoded: it waited for a key frame. Times of the take. */
  keyFrameAwaited(fromMs: number, toMs: number): void {
    this.#gaps.addUnlessKnown(missing('video', fromMs, toMs - fromMs));
  }

  /**
   * The process stood still right before the end, and what it held up had no time to come.
   *
   * @param lost frames that lack, and are on the account; null of audio
   */
  lackedAtEnd(stream: Stream, { fromMs, lost, toMs }: Interval & { readonly lost: number | null }): void {
    if (lost !== null) this.known(stream, lost);
    const isGap = lost === null ? toMs - fromMs >= minGapAudioMs : lost >= minGapFrames;
    if (isGap) this.#gaps.addUnlessKnown(missing(stream, fromMs, toMs - fromMs, lost));
  }

  /**
   * The connection to the room is lost: tracks that go with it are away, and have not left.
   *
   * @param lastStandstill the process stood still then; one that is too short to be seen between two samples as well
   */
  connectionLost(nowMs: number, lastStandstill: Interval | null = null): void {
    if (lastStandstill !== null) this.#absences.stoodStill({ ...lastStandstill, lost: lostOf(this.#last) });
    this.#noteStandstill(nowMs);
    this.#absences.connectionLost(nowMs);
  }

  /** The connection stands again. Whoever does not come back with it has left. */
  connectionBack(nowMs: number): void {
    this.#absences.connectionBack(nowMs);
  }

  /** The present counts. Call it a few times a second, and once at the end. */
  sample(sample: LossSample): void {
    const last = this.#last;
    this.#noteStandstill(sample.nowMs);
    this.#last = sample;
    this.#droppedAudio.sample(sample.audio.droppedMs ?? 0, sample.nowMs);
    for (const found of sample.audio.found ?? []) this.#keepFound(found);
    if (last === null) return;
    this.#sampleVideo(last, sample);
    this.#sampleAudio(last, sample);
  }

  /** A loss in this part is known only now, when the next one is recorded. It is on the account of this one. */
  foundOut(stream: Stream, share: LossShare): void {
    const { fromMs, lost, toMs } = share;
    if (stream === 'audio') this.#keepFound(share);
    else this.#video.add({ fromMs, toMs, dropped: 0, missed: lost, received: 0 }, toMs);
  }

  /** The same of packets that were lost at a stretch. @param seenMs when that was seen, on the take's timeline */
  burstFoundOut({ fromMs, lost, toMs }: LostAudio, seenMs = toMs): void {
    this.#addAudio(true, { fromMs: Math.max(fromMs, toMs - lost), toMs, lost }, seenMs);
  }

  /** What was just counted is no new loss for the next sample: its gap is known, here or in another part. */
  known(stream: Stream, added: number): void {
    if (this.#last !== null) this.#last = withLost(this.#last, stream, added);
  }

  /** Nothing more is found out of a part that has ended. */
  settle(): void {
    this.#video.close();
    this.#audio.close();
  }

  /** Nothing follows: stretches that are open become gaps. */
  end(): void {
    const nowMs = this.#last?.nowMs ?? 0;
    for (const stream of streams) this.#keepAbsence(stream, this.#absences.end(stream, nowMs));
    this.#camera.end(nowMs);
    this.#video.endAt(nowMs);
    this.settle();
  }

  /** Gaps that are known and not over: of tracks that went with the connection, and of a camera that is on and delivers nothing. */
  get openGaps(): readonly LossGap[] {
    const nowMs = this.#last?.nowMs ?? 0;
    return streams.flatMap((stream) => {
      const away = this.#absences.openOf(stream, nowMs);
      const silentSinceMs = stream === 'video' ? this.#camera.sinceMs : null;
      const [sinceMs, untilMs, leastMs] =
        away === null
          ? [silentSinceMs, nowMs, this.#camera.leastSilenceMs]
          : [away.sinceMs, away.untilMs, minGapAudioMs];
      return sinceMs === null || untilMs - sinceMs < leastMs
        ? []
        : [missing(stream, sinceMs, untilMs - sinceMs)];
    });
  }

  /** Gaps in the order in which they were found. */
  get gaps(): readonly LossGap[] {
    return this.#gaps.all;
  }

  /** How many shorter ones were left out. */
  get gapsLeftOut(): number {
    return this.#gaps.leftOut;
  }

  #noteStandstill(nowMs: number): void {
    const fromMs = this.#last?.nowMs ?? nowMs;
    if (nowMs - fromMs > standstillMs)
      this.#absences.stoodStill({ fromMs, toMs: nowMs, lost: lostOf(this.#last) });
  }

  #stateOf(stream: Stream): StreamState {
    const nowMs = this.#last?.nowMs ?? 0;
    const lost = lostOf(this.#last)[stream];
    if (stream === 'video')
      return {
        ...{ accountEndMs: this.#newestFrameMs, silentSinceMs: this.#camera.sinceMs, lost },
        cameToMs: this.#last?.video?.newestMs ?? this.#newestFrameMs,
      };
    const accountEndMs = Math.min(nowMs, this.#last?.audio.endMs ?? nowMs);
    return { accountEndMs, cameToMs: accountEndMs, silentSinceMs: this.#audio.fromMs, lost };
  }

  #sampleVideo({ video: before, nowMs: lastMs }: LossSample, { video, nowMs }: LossSample): void {
    if (video === null || before === null) return;
    const received = video.received - before.received;
    if (received > 0) this.#newestFrameMs = nowMs;
    this.#camera.sample(received, video.isDue, lastMs, video.arrivedBytes);
    // One that came back shows its first picture, or is off.
    const shownMs = received > 0 ? (video.firstMs ?? nowMs) : lastMs;
    if (received > 0 || !video.isDue) this.#keepAbsence('video', this.#absences.shows('video', shownMs));

    const dropped = video.dropped - before.dropped;
    const missed = video.missed - before.missed;
    this.#video.due(received + missed, nowMs);
    const beganMs = this.#begins.video;
    this.#begins.video = null;
    this.#video.lose(
      { dropped, missed, received, found: video.found },
      { fromMs: Math.min(lastMs, beganMs ?? lastMs), toMs: nowMs },
    );
  }

  #sampleAudio({ audio: before, nowMs: lastMs }: LossSample, { audio, nowMs }: LossSample): void {
    this.#audio.passed(nowMs);
    const beganMs = this.#begins.audio;
    this.#begins.audio = null;
    const bursts = (audio.concealed ?? []).filter(({ isBurst }) => isBurst);
    for (const burst of bursts) this.burstFoundOut(burst, nowMs);
    const lost = bursts.reduce((rest, burst) => rest - burst.lost, audio.lostMs - before.lostMs);
    if (lost <= 0) return;
    const isPlaced = audio.lostEndMs !== undefined && audio.lostEndMs !== before.lostEndMs;
    const toMs = isPlaced ? (audio.lostEndMs ?? nowMs) : nowMs;
    // Silence is written in steps: its length says where it began. So it does of what was dropped, at the most.
    const fromMs = isPlaced ? toMs - lost : (beganMs ?? toMs - Math.max(lost, nowMs - lastMs));
    const leastMs = isPlaced ? 0 : (this.#before?.endMs ?? 0);
    this.#addAudio(isPlaced, { fromMs: Math.max(leastMs, fromMs), toMs, lost }, nowMs);
  }

  #addAudio(isPlaced: boolean, { fromMs, lost, toMs }: LostAudio, nowMs: number): void {
    const before = this.#before;
    if (isPlaced && before !== null && fromMs < before.endMs) {
      // Its stream passes a cut a while after the cut.
      const endMs = Math.min(toMs, before.endMs);
      before.log.#addAudio(true, { fromMs, toMs: endMs, lost: endMs - fromMs }, nowMs);
      if (toMs > endMs) this.#addAudio(true, { fromMs: endMs, toMs, lost: toMs - endMs }, nowMs);
      return;
    }
    this.#audio.add({ fromMs, toMs, lost }, nowMs);
  }

  #keepAbsence(stream: Stream, absence: EndedAbsence | null): void {
    if (absence === null) return;
    const { added, fromMs, lost, toMs } = absence;
    this.known(stream, added);
    if (stream === 'video') {
      this.#video.close();
      this.#camera.forget();
    } else {
      this.#audio.close();
    }
    this.#gaps.forgetWithin(stream, fromMs, toMs);
    // A room that ends takes its tracks along a moment before the take does.
    if (toMs - fromMs < minGapAudioMs) return;
    const lostFrames = stream === 'video' && lost > 0 ? lost : null;
    this.#gaps.add(missing(stream, fromMs, toMs - fromMs, lostFrames));
  }

  #keepFound({ fromMs, hasArrived = false, lost }: Pick<FoundLoss, 'fromMs' | 'hasArrived' | 'lost'>): void {
    if (lost >= minGapAudioMs) this.#gaps.add(audioGap(fromMs, lost, hasArrived ? lost : 0));
    this.#events.onAbsence('audio', lost);
  }
}
