import type { PublicationInfo } from '../livekit/publication-info.js';

/**
 * Nobody misses what was sent for less, in milliseconds. In copy mode a process is started first, and joins the room: on a busy machine
 * that takes seconds.
 */
const lateBeginMs = 1_000;

/** A take that is wanted. */
export interface LateTake {
  /** What is published at the moment. */
  readonly published: readonly PublicationInfo[];
  /** Since when it is wanted, of `performance.now`. */
  readonly wantedAtMs: number;
}

/**
 * How long there is something to record already.
 *
 * @param isWanted whether a track is to be recorded
 * @returns asked when the take begins; undefined when nobody misses what was sent before
 */
export function lateSince(
  { published, wantedAtMs }: LateTake,
  isWanted: (info: PublicationInfo) => boolean,
): () => number | undefined {
  const isSent = published.some((info) => !info.isMuted && !info.needsKey && isWanted(info));
  return () => {
    const lateMs = Math.round(performance.now() - wantedAtMs);
    return isSent && lateMs >= lateBeginMs ? lateMs : undefined;
  };
}
