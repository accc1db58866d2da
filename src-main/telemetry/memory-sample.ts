import type { Snapshot } from '../contract/snapshot.js';

/** One moment of the table over time. Frames, drops and gaps are counted from the take's start. */
export interface MemorySample {
  readonly takeMs: number;
  readonly rssBytes: number;
  readonly ffmpegRssBytes: number | null;
  readonly frames: number;
  readonly dropped: number;
  readonly maxFrameGapMs: number;
}

/** What a sample needs of a snapshot: telemetry of older versions has it as well. */
export interface SampledSnapshot {
  readonly takeMs: number | null;
  readonly memory: Pick<Snapshot['memory'], 'rssBytes' | 'ffmpegRssBytes'>;
  readonly sinks: readonly {
    readonly video: {
      readonly maxFrameGapMs: number;
      readonly accounting: {
        readonly written: number;
        readonly dropped: Readonly<Record<string, number | undefined>>;
      };
    } | null;
  }[];
}

export function sampleOf(snapshot: SampledSnapshot): MemorySample {
  let frames = 0;
  let dropped = 0;
  let maxFrameGapMs = 0;
  for (const { video } of snapshot.sinks) {
    if (video === null) continue;
    frames += video.accounting.written;
    for (const count of Object.values(video.accounting.dropped)) dropped += count ?? 0;
    maxFrameGapMs = Math.max(maxFrameGapMs, video.maxFrameGapMs);
  }
  const { rssBytes, ffmpegRssBytes } = snapshot.memory;
  return { takeMs: snapshot.takeMs ?? 0, rssBytes, ffmpegRssBytes, frames, dropped, maxFrameGapMs };
}

const minuteMs = 60_000;
const firstTimesMs = [0, minuteMs, 5 * minuteMs, 10 * minuteMs];

/**
 * When the table's next line is due after one at `takeMs`: 0 s, 1, 5 and 10 min, then each 10 min. A take
 * that is known to be short has a line each 10 s.
 */
export function nextSampleMs(takeMs: number | null, durationMs: number | null): number {
  if (takeMs === null) return 0;
  if (durationMs !== null && durationMs <= 2 * minuteMs) return (Math.floor(takeMs / 10_000) + 1) * 10_000;
  const early = firstTimesMs.find((ms) => ms > takeMs);
  return early ?? (Math.floor(takeMs / (10 * minuteMs)) + 1) * 10 * minuteMs;
}
