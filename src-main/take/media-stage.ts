import type { Cut } from '../sink/file-parts.js';
import type { TakeMedia } from './take-media.js';

/** Files of a stretch of the take, from the part with which they begin. */
export interface MediaStage {
  readonly media: TakeMedia;
  readonly first: Cut;
  /** Where they end before the take does; null while they do not. */
  endMs: number | null;
  /** Resolves when they are on the disk. */
  ending: Promise<void> | null;
  isOnDisk: boolean;
}

/** One that has just begun. */
export function stageOf(media: TakeMedia, first: Cut): MediaStage {
  return { media, first, endMs: null, ending: null, isOnDisk: false };
}

/** Ends its files there, once: whoever comes later waits for the same end. Never rejects. @param atMs of the take's timeline */
export function endStage(stage: MediaStage, atMs: number): Promise<void> {
  stage.endMs ??= atMs;
  stage.ending ??= stage.media.finish(stage.endMs).then(() => {
    stage.isOnDisk = true;
  });
  return stage.ending;
}
