import type { StreamGap } from '../contract/stamps.js';
import type { FoundLoss, Interval } from '../pipeline/missed-frames.js';
import type { FilePart } from '../sink/file-parts.js';
import { type LossShare, sharesOf } from '../sink/loss-share.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import { extentOf } from './gap-list.js';
import { KeyFrameWait } from './key-frame-wait.js';
import type { LossLog } from './loss-log.js';
import { type LossSample, lossSample } from './loss-sample.js';

/** WebRTC's figures are read twice a second, and a gap waits for 1.5 s of them: so long more may be found out of a part. */
const leastOpenMs = 2_000;
/** What is not decided by then, as of a camera that stopped at the cut, is not waited for. */
const mostOpenMs = 15_000;

/** Where something is missing from a file, part by part. */
export class PartLosses {
  readonly #logs = new Map<number, LossLog>();
  /** Parts of which nothing more is found out. */
  readonly #settled = new Set<number>();
  #current: LossLog;
  #parts: readonly FilePart[] = [];
  readonly #keyFrame = new KeyFrameWait((fromMs, toMs) => {
    for (const share of this.#sharesOf({ fromMs, toMs, lost: 0, total: 0 }))
      this.of(share.part).keyFrameAwaited(share.fromMs, share.toMs);
  });

  /** @param first of the part in which the file is made */
  constructor(first: LossLog) {
    this.#current = first;
  }

  /** Of the part that is recorded. */
  get current(): LossLog {
    return this.#current;
  }

  /** Of one that has ended, or is recorded. */
  of(partNumber: number): LossLog {
    return this.#logs.get(partNumber) ?? this.#current;
  }

  /** Gaps of all parts, those that are not over included. */
  get extent(): ReturnType<typeof extentOf> {
    const open = { gaps: this.#current.openGaps, gapsLeftOut: 0 };
    return extentOf([...this.#logs.values(), this.#current, open]);
  }

  /**
   * Whether all is known that a part has lost: some of it is found out a while later. From then on it stays as it is.
   *
   * @returns true of a part that this file does not have
   */
  isSettled(partNumber: number): boolean {
    return this.#settled.has(partNumber) || !this.#parts.some(({ number }) => number === partNumber);
  }

  /**
   * A track delivers no more; as {@link LossLog.trackLeft}. What has come of it until now is on the account.
   *
   * @param isTaken the server has taken it from the recorder, and it is published still
   */
  trackLeft(
    sink: RecordingSink,
    stream: StreamGap['stream'],
    nowMs: number,
    { isTaken, wasOn }: { readonly isTaken: boolean; readonly wasOn: boolean },
  ): void {
    this.sample(sink, nowMs);
    if (isTaken && wasOn) this.#current.trackTaken(stream, nowMs);
    else this.#current.trackLeft(stream, nowMs, wasOn);
  }

  /** One that was taken has ended; as {@link LossLog.takenEnded}. */
  takenEnded(sink: RecordingSink, stream: StreamGap['stream'], nowMs: number, wasAway: boolean): void {
    this.sample(sink, nowMs);
    this.#current.takenEnded(stream, nowMs, wasAway);
  }

  /** As {@link LossLog.connectionBack} and {@link LossLog.connectionLost} say. */
  connectionChanged(
    sink: RecordingSink,
    nowMs: number,
    isConnected: boolean,
    lastStandstill: Interval | null,
  ): void {
    if (isConnected) {
      this.#current.connectionBack(nowMs);
      return;
    }
    this.sample(sink, nowMs);
    this.#current.connectionLost(nowMs, lastStandstill);
  }

  /** Nothing follows. @param nowMs on the take's timeline */
  end(nowMs: number): void {
    this.#current.end();
    this.#keyFrame.end(nowMs);
    for (const log of this.#logs.values()) log.settle();
  }

  /**
   * The present counts: where a cut has passed, another log begins.
   *
   * @param nowMs on the take's timeline
   * @param isPaused nothing more comes for a while
   */
  sample(sink: RecordingSink, nowMs: number, isPaused = false): void {
    const { all, current } = sink.parts;
    this.#parts = all;
    const passed = all.filter(({ number }) => number < current.number && !this.#logs.has(number));
    for (const { endMs } of passed) sink.tracks.concealed.cut(Math.min(nowMs, endMs ?? nowMs));
    this.#current.sample(this.#ownOf(sink, lossSample(sink, nowMs)));
    this.#keyFrame.sample({
      nowMs,
      packets: sink.tracks.statistics.video?.packetsReceived ?? 0,
      frames: sink.videoAccounting.received,
      isOn: sink.video?.isLive === true,
    });
    for (const part of passed) {
      this.#logs.set(part.number, this.#current);
      const { added, log } = this.#current.successor(part.endMs ?? nowMs);
      sink.parts.endedAway(part, added);
      this.#current = log;
    }
    this.#settle(sink, isPaused ? Infinity : nowMs);
  }

  /** What was found out late goes to the parts in which it happened. @returns the rest, of the part that is recorded */
  #ownOf(sink: RecordingSink, sample: LossSample): LossSample {
    const { audio, video } = sample;
    if (this.#parts.length === 1) return sample;
    const own = (stream: StreamGap['stream'], found: readonly FoundLoss[]): FoundLoss[] =>
      found.flatMap((loss) =>
        this.#share(sink, stream, loss, (log, share) => {
          log.foundOut(stream, share);
          if (stream === 'video') this.#current.known(stream, share.lost);
        }),
      );
    const concealed = (audio.concealed ?? []).flatMap((loss) =>
      this.#share(sink, 'audio', loss, (log, share) => {
        if (!loss.isBurst) return;
        log.burstFoundOut(share);
        this.#current.known('audio', share.lost);
      }).map((share) => ({ ...share, isBurst: loss.isBurst })),
    );
    return {
      ...sample,
      video: video === null ? null : { ...video, found: own('video', video.found ?? []) },
      audio: { ...audio, concealed, found: own('audio', audio.found ?? []) },
    };
  }

  /**
   * Puts a loss on the accounts of the parts in which it happened.
   *
   * @param onEarlier of each share of a part that has ended
   * @returns the share of the part that is recorded
   */
  #share(
    sink: RecordingSink,
    stream: StreamGap['stream'],
    loss: FoundLoss,
    onEarlier: (log: LossLog, share: LossShare) => void,
  ): FoundLoss[] {
    const shares = this.#sharesOf(loss);
    sink.parts.foundOut(stream, shares, loss.total);
    return shares.flatMap((share) => {
      const log = this.of(share.part);
      if (log === this.#current) return [{ ...share, total: loss.total }];
      onEarlier(log, share);
      return [];
    });
  }

  #sharesOf(loss: FoundLoss): LossShare[] {
    return sharesOf(loss, this.#parts, (number) => this.#settled.has(number));
  }

  #settle(sink: RecordingSink, nowMs: number): void {
    const decidedToMs = Math.min(
      sink.video?.gaps.missed.decidedToMs ?? Infinity,
      sink.tracks.concealed.decidedToMs,
    );
    for (const [number, log] of this.#logs) {
      if (this.#settled.has(number)) continue;
      const endMs = this.#parts.find((part) => part.number === number)?.endMs ?? 0;
      const isOpen = decidedToMs < endMs ? nowMs < endMs + mostOpenMs : nowMs < endMs + leastOpenMs;
      if (isOpen) return;
      log.settle();
      this.#settled.add(number);
    }
  }
}
