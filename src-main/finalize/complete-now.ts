import type { ManifestFile } from '../contract/manifest.js';
import type { CompleteStamp, LossGap, StreamGap } from '../contract/stamps.js';
import { completeStamp } from './complete-stamp.js';
import { endGapsOf, type StreamEnds } from './copied-account.js';

/** The end of a segment is where its file has to end, unless a gap says otherwise. Milliseconds. */
const endToleranceMs = 150;

/** What was read of a file. */
interface ReadFile {
  /** Null of one that cannot be read. */
  readonly durationMs: number | null;
  readonly endsMs: StreamEnds;
}

/**
 * The stamp of a file as it is now: with what is missing where it ends before its segments did. Of a copied one that is what was
 * due: silence and black that nobody wrote are no loss.
 */
export function completeNow(entry: ManifestFile, { durationMs, endsMs }: ReadFile): CompleteStamp {
  const { gaps = [], segments, state } = entry;
  const startMs = entry.part?.startMs ?? 0;
  const endMs = Math.max(0, ...segments.map((segment) => segment.endMs ?? segment.startMs));
  const lacksMs = endMs - startMs - (durationMs ?? 0);
  const isKnown = gaps.some((gap) => gap.atMs + gap.durationMs >= endMs - endToleranceMs);
  if (lacksMs <= endToleranceMs || isKnown || state === 'recording') return completeStamp(entry);
  const whole: StreamGap = { stream: 'audio', atMs: endMs - startMs - lacksMs, durationMs: lacksMs };
  const missing = entry.copy === undefined ? [whole] : endGapsOf(entry, endsMs);
  const found = missing.map((gap): LossGap => ({
    ...{ stream: gap.stream, cause: 'encoderEnded', lostFrames: null },
    ...{ atMs: Math.round(startMs + gap.atMs), durationMs: Math.round(gap.durationMs) },
  }));
  return completeStamp({ ...entry, gaps: [...gaps, ...found] });
}
