import type { FileBlock } from '../file/block-list.js';
import type { VideoTrack } from '../file/matroska-head.js';
import type { FollowedSink } from '../take/sink-keeper.js';
import { bytesOf, type KeptCluster, type KeptPart } from './cluster-ring.js';
import type { KeptFile } from './kept-file.js';

/** A cluster, and where its file begins on the take's timeline. */
interface PlacedCluster {
  readonly kept: KeptCluster;
  readonly startMs: number;
  /** Its pictures are of the codec that the file is saved with. */
  readonly hasPictures: boolean;
}

/** One file of a replay: what is kept of it. */
export interface CutFile {
  readonly file: Pick<KeptFile, 'counts'>;
  readonly sink: FollowedSink;
  /** What its head has to say of the video; null without any. */
  readonly video: VideoTrack | null;
  readonly clusters: readonly PlacedCluster[];
}

/** The last seconds of all files. Times are the take's, in milliseconds. */
export interface ReplayCut {
  /** Where it begins: at a key frame at or before the moment that was asked for, of whoever's is the oldest. */
  readonly fromMs: number;
  /** The moment that was asked for: what is missing before it nobody has asked for. */
  readonly momentMs: number;
  readonly endMs: number;
  readonly files: readonly CutFile[];
  /** Of its clusters. */
  readonly bytes: number;
}

/**
 * Cuts the last seconds out of what is kept. Each file goes back to its last key frame at or before `momentMs`, and all begin at the
 * same time: of the others it is the first key frame from there on, and black stands before that.
 *
 * @param endMs nothing that is later belongs to it
 * @returns null when nothing is kept
 */
export function cutReplay(files: readonly KeptFile[], momentMs: number, endMs: number): ReplayCut | null {
  const kept = files.flatMap((file) => keptOf(file) ?? []);
  const begins = kept.map((file) => beginOf(file, momentMs)).filter((atMs) => atMs < endMs);
  if (begins.length === 0) return null;
  const fromMs = Math.max(0, Math.min(...begins));
  const cut = kept
    .map((file) => ({
      ...file,
      clusters: file.clusters.filter((one) => placed(one, lastOf(one)) >= fromMs - longestPacketMs),
    }))
    .filter((file) => hasSent(file, fromMs, endMs));
  if (cut.length === 0) return null;
  const clusters = cut.flatMap((file) => file.clusters);
  return {
    ...{ fromMs, momentMs, endMs, files: cut },
    bytes: clusters.reduce((sum, { kept: { cluster } }) => sum + bytesOf(cluster), 0),
  };
}

/** How long a replay would be that is saved now, in milliseconds; 0 when nothing is kept. Parameters as of {@link cutReplay}. */
export function replaySpanMs(files: readonly KeptFile[], momentMs: number, endMs: number): number {
  const begins = files.flatMap((file) => {
    const kept = keptOf(file);
    return kept === null ? [] : [beginOf(kept, momentMs)];
  });
  const fromMs = Math.min(...begins);
  // It goes back to a key frame, and to more by that: nobody counts on those.
  return fromMs >= endMs ? 0 : endMs - Math.max(0, fromMs, momentMs);
}

/** The blocks of a file, in the order in which they were written, with their times on the take's timeline. */
export function* blocksOf({
  hasPictures,
  kept: { cluster },
  startMs,
}: PlacedCluster): Generator<{ readonly block: FileBlock; readonly atMs: number }> {
  for (const block of cluster.blocks.read(cluster.bytes))
    if (hasPictures || block.track === 'audio') yield { block, atMs: startMs + block.timeMs };
}

/** How long a packet of Opus sounds, mostly: the one that sounds at the moment is in it, too. Milliseconds. */
const usualPacketMs = 20;
/** The longest one, in milliseconds: it may reach into what comes behind the end of its cluster. */
const longestPacketMs = 120;

function placed({ startMs }: PlacedCluster, ms: number): number {
  return startMs + ms;
}

function lastOf({ kept: { cluster } }: PlacedCluster): number {
  return cluster.lastMs;
}

/** Of a camera that went over to another codec only the newest is saved: one file has one. */
function keptOf(file: KeptFile): CutFile | null {
  const { parts, sink } = file;
  if (sink === null) return null;
  const video = parts.findLast((part) => part.video !== null)?.video ?? null;
  const isAlike = (part: KeptPart): boolean => part.video?.codec === video?.codec;
  const clusters = parts.flatMap((part) =>
    part.clusters.map((kept) => ({ kept, startMs: part.startMs, hasPictures: isAlike(part) })),
  );
  return clusters.length === 0 ? null : { file, sink, video, clusters };
}

/** Where a file begins so that it has all since a moment, on the take's timeline. */
function beginOf({ clusters }: CutFile, momentMs: number): number {
  let keyMs = -Infinity;
  for (const { hasPictures, kept, startMs } of clusters) {
    const atMs = hasPictures && kept.cluster.keyMs !== null ? startMs + kept.cluster.keyMs : Infinity;
    if (atMs <= momentMs) keyMs = atMs;
  }
  if (keyMs > -Infinity) return keyMs;
  const [first] = clusters;
  return first === undefined
    ? Infinity
    : Math.max(momentMs - usualPacketMs, first.startMs + first.kept.cluster.timeMs);
}

/** Whether somebody sent something for it, or could have. */
function hasSent(file: CutFile, fromMs: number, endMs: number): boolean {
  const isHere = file.sink.history.listedIn({ startMs: fromMs, endMs }).tracks.length > 0;
  if (isHere) return true;
  for (const cluster of file.clusters)
    for (const { atMs, block } of blocksOf(cluster))
      if (block.origin !== 'filled' && atMs >= fromMs && atMs < endMs) return true;
  return false;
}
