import type { StreamGap } from '../contract/stamps.js';
import type { Interval } from '../pipeline/missed-frames.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import { KeyFrameWait } from './key-frame-wait.js';
import type { LossLog } from './loss-log.js';
import { lossSample } from './loss-sample.js';

/** Where something is missing from a file, part by part. */
export class PartLosses {
  readonly #logs = new Map<number, LossLog>();
  #current: LossLog;
  readonly #keyFrame = new KeyFrameWait((fromMs, toMs) => {
    this.#current.keyFrameAwaited(fromMs, toMs);
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

  /** A track delivers no more; as {@link LossLog.trackLeft}. What has come of it until now is on the account. */
  trackLeft(sink: RecordingSink, stream: StreamGap['stream'], nowMs: number, wasOn: boolean): void {
    this.sample(sink, nowMs);
    this.#current.trackLeft(stream, nowMs, wasOn);
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
  }

  /** The present counts: where a cut has passed, another log begins. @param nowMs on the take's timeline */
  sample(sink: RecordingSink, nowMs: number): void {
    const sample = lossSample(sink, nowMs);
    const { all, current } = sink.parts;
    this.#current.sample(sample);
    this.#keyFrame.sample({
      nowMs,
      packets: sink.tracks.statistics.video?.packetsReceived ?? 0,
      frames: sink.videoAccounting.received,
      isOn: sink.video?.isLive === true,
    });
    for (const part of all) {
      if (part.number >= current.number || this.#logs.has(part.number)) continue;
      this.#logs.set(part.number, this.#current);
      const { added, log } = this.#current.successor(part.endMs ?? nowMs);
      sink.parts.endedAway(part, added);
      this.#current = log;
    }
  }
}
