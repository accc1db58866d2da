import { audioFraming } from '../finalize/timeline-plan.js';
import type { KeptFragment, KeptSegment } from './replay-store.js';

/** What an AAC encoder puts before the first sample. */
const primingMs = audioFraming.aac.primingUs / 1000;

/** The end of a growing file, cut where it can be decoded. Times in milliseconds of the file. */
export interface CutSegment {
  readonly head: Buffer;
  readonly hasVideo: boolean;
  readonly fragments: readonly KeptFragment[];
  /** Where its audio begins to sound: the first packet is what the decoder warms up with. */
  readonly startMs: number;
  /** Where its first frame stands; null without video. */
  readonly videoMs: number | null;
  /** Where the shorter of its streams ends. */
  readonly endMs: number;
}

/**
 * Cuts a file at the last place at or before `fromMs` where it can be decoded: at a key frame, or anywhere in audio alone.
 *
 * @param fromMs of the file
 * @returns null when nothing of it can be shown
 */
export function cutSegment(segment: KeptSegment, fromMs: number): CutSegment | null {
  const { fragments, hasVideo, head } = segment;
  const first = firstFragment(fragments, hasVideo, fromMs);
  if (first === -1) return null;
  const kept = fragments.slice(first);
  const audio = kept.flatMap(({ times }) => (times.audio === null ? [] : [times.audio]));
  const video = kept.flatMap(({ times }) => (times.video === null ? [] : [times.video]));
  const [firstAudio, lastAudio] = [audio[0], audio.at(-1)];
  if (firstAudio === undefined || lastAudio === undefined) return null;
  const [firstVideo, lastVideo] = [video[0], video.at(-1)];
  const startMs = firstAudio.fromMs + primingMs;
  const endMs = Math.min(lastAudio.toMs, lastVideo?.toMs ?? Infinity);
  if (endMs <= Math.max(startMs, firstVideo?.fromMs ?? 0, fromMs)) return null;
  return { head, hasVideo, fragments: kept, startMs, videoMs: firstVideo?.fromMs ?? null, endMs };
}

function firstFragment(fragments: readonly KeptFragment[], hasVideo: boolean, fromMs: number): number {
  let found = -1;
  for (const [index, { times }] of fragments.entries()) {
    const begins = hasVideo
      ? times.video?.beginsWithKey === true
        ? times.video.fromMs
        : null
      : times.audio === null
        ? null
        : times.audio.fromMs + primingMs;
    if (begins === null) continue;
    if (found !== -1 && begins > fromMs) break;
    found = index;
  }
  return found;
}
