import { LossLog } from '../../../src-main/take/loss-log.js';
import type { LossSample } from '../../../src-main/take/loss-sample.js';

/** So far apart are two samples, in milliseconds. */
export const everyMs = 250;

/** A camera at 30 fps and a microphone; `lose` says what is lost in each quarter of a second. */
export class Recording {
  readonly log = new LossLog();
  nowMs = 0;
  received = 0;
  dropped = 0;
  missed = 0;
  lostAudioMs = 0;
  isDue = true;
  /** When the first picture came since the camera is on. */
  firstMs: number | null = 0;
  missedIn: { fromMs: number; toMs: number } | null = null;

  constructor() {
    this.sample();
  }

  sample(): void {
    const { nowMs, received, dropped, missed, missedIn, isDue, firstMs } = this;
    const sample: LossSample = {
      nowMs,
      video: {
        ...{ received, dropped, missed, isDue, firstMs },
        found: missedIn === null ? [] : [{ ...missedIn, lost: missed, total: missed }],
      },
      audio: { lostMs: this.lostAudioMs },
    };
    this.log.sample(sample);
  }

  /** Time goes by. */
  run(
    ms: number,
    lose: { dropped?: number; missed?: number; lostAudioMs?: number; received?: number } = {},
  ): this {
    for (const untilMs = this.nowMs + ms; this.nowMs < untilMs;) {
      this.nowMs += everyMs;
      this.received += lose.received ?? 7.5;
      this.dropped += lose.dropped ?? 0;
      this.missed += lose.missed ?? 0;
      this.lostAudioMs += lose.lostAudioMs ?? 0;
      this.sample();
    }
    return this;
  }

  get gaps() {
    this.log.end();
    return this.log.gaps;
  }
}

/** A camera that is there shows its first picture then, and another one. */
export function shows(log: LossLog, atMs: number): void {
  const video = { received: 0, dropped: 0, missed: 0, isDue: true };
  log.sample({ nowMs: atMs, video, audio: { lostMs: 0 } });
  log.sample({ nowMs: atMs + 40, video: { ...video, received: 2, firstMs: atMs }, audio: { lostMs: 0 } });
}
