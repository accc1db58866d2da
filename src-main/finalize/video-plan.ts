import type { BlackChunk } from './filler-chunk.js';
import {
  type JoinList,
  lastFrameEndUs,
  leastStepUs,
  type MeasuredSegment,
  type PlanEntry,
} from './timeline-plan.js';

/** How a segment's video stands in its file. */
export type PlacedVideo = Pick<MeasuredSegment, 'file' | 'startUs' | 'firstVideoUs' | 'lastVideoUs'> & {
  /** What is added to a time of the file's own, so that it is one of the take. */
  readonly toTakeUs: number;
};

/**
 * Lays the video of a constant rate into the slots of one grid, which begins with the take: each slot has a frame. Black
 * stands before the first segment and between two of them. Frames of a segment that reach into the next one are left out.
 *
 * Times of a file may be rounded to milliseconds: each frame is in the slot that it is nearest to.
 *
 * @param segments in order; those without video of their own are passed over
 * @param fps frames per second
 * @param endUs where the audio ends, on the take's timeline: black goes on until there behind a segment without video
 * @param black null where nothing is known of it yet: only the number of black frames is right then
 */
export function planVideo(
  segments: readonly PlacedVideo[],
  fps: number,
  endUs: number,
  black: BlackChunk | null,
): { readonly entries: readonly PlanEntry[]; readonly blackFrames: number } {
  const slotUs = 1e6 / fps;
  const entries: PlanEntry[] = [];
  let blackFrames = 0;
  let next = 0;
  const fillUntil = (slot: number): void => {
    blackFrames += Math.max(0, slot - next);
    if (black !== null) entries.push(...blackEntries(black, next, slot, slotUs));
    next = Math.max(next, slot);
  };
  segments.forEach((segment, index) => {
    const { file, firstVideoUs, lastVideoUs, startUs, toTakeUs } = segment;
    if (firstVideoUs === null || lastVideoUs === null) {
      if (index === segments.length - 1) fillUntil(Math.floor(endUs / slotUs + 0.01));
      return;
    }
    const slotOf = (fileUs: number): number => Math.round((fileUs + toTakeUs) / slotUs);
    fillUntil(slotOf(firstVideoUs));
    const following = segments.slice(index + 1).find((one) => one.firstVideoUs !== null);
    const until =
      following === undefined
        ? Infinity
        : Math.round(((following.firstVideoUs ?? 0) + following.toTakeUs) / slotUs);
    const isCut = slotOf(lastVideoUs) >= until;
    entries.push({
      file,
      positionUs: startUs + toTakeUs,
      leaveAtUs: isCut ? Math.round((until - 0.5) * slotUs - toTakeUs) : null,
      filler: null,
    });
    next = Math.min(slotOf(lastVideoUs) + 1, until);
  });
  return { entries, blackFrames };
}

/**
 * The video of a variable rate, where a last frame outlasts the audio that silence goes on behind: its black begins behind the
 * frame, and there is none where the next segment begins before it. Nor is there in a chunk that is left before its frame: in
 * Matroska that has no decoding time, and a list would let it through.
 *
 * @returns null where video and audio can be taken from the same list
 */
export function planBehindFrames(
  entries: readonly PlanEntry[],
  segments: readonly PlacedVideo[],
): JoinList | null {
  let videoEndUs = -Infinity;
  const list = entries.flatMap((entry, index): PlanEntry[] => {
    const segment = segments.find(({ file }) => file === entry.file);
    if (segment !== undefined) videoEndUs = lastFrameEndUs(segment, segment.toTakeUs);
    if (entry.filler?.video === 0) return [];
    if (entry.filler === null || entry.positionUs >= videoEndUs) return [entry];
    const nextUs = entries[index + 1]?.positionUs ?? Infinity;
    return videoEndUs + leastStepUs < nextUs ? [{ ...entry, positionUs: videoEndUs }] : [];
  });
  const isSame = list.length === entries.length && list.every((entry, index) => entry === entries[index]);
  return isSame ? null : { entries: list };
}

function blackEntries(black: BlackChunk, from: number, until: number, slotUs: number): PlanEntry[] {
  const entries: PlanEntry[] = [];
  for (let slot = from; slot < until; slot += black.frames) {
    const count = Math.min(black.frames, until - slot);
    entries.push({
      file: black.file,
      positionUs: slot * slotUs,
      leaveAtUs: Math.round((count - 0.5) * slotUs),
      filler: { video: count, audio: 0 },
    });
  }
  return entries;
}
