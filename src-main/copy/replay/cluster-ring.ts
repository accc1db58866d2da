import type { WrittenCluster } from '../file/cluster.js';
import type { VideoTrack } from '../file/matroska-head.js';

/** A second of a file, as it was handed to the disk. */
export interface KeptCluster {
  readonly cluster: WrittenCluster;
  /** It is in the ring no more; whoever saves it may still hold it. */
  isDropped: boolean;
}

/** What is kept of one part of a file. Times of clusters are the file's, which begins at `startMs` of the take. */
export interface KeptPart {
  readonly startMs: number;
  /** What its head says of the video by now; null while it has none. */
  video: VideoTrack | null;
  /** In their order; the oldest go first. */
  readonly clusters: KeptCluster[];
}

/** What the ring may hold. */
export interface RingLimits {
  /** How long a cluster is kept, in milliseconds of the take. */
  readonly keepMs: number;
  readonly capBytes: number;
}

/** So long the ring is said to be full after its cap has made something go, in milliseconds of the take. */
const cappedForMs = 10_000;

/**
 * The last clusters of all files, in memory: the same bytes that were handed to the disk, and not a copy. Bounded twice: by age, and
 * by bytes, where the oldest goes first, whoever's it is. What is being saved counts until it is written.
 */
export class ClusterRing {
  readonly limits: RingLimits;
  readonly #parts = new Set<KeptPart>();
  /** Those that are being written: they stay in memory, whatever the ring lets go of. */
  readonly #saved = new Set<KeptCluster>();
  #heldBytes = 0;
  #nowMs = 0;
  #cappedAtMs = -Infinity;

  constructor(limits: RingLimits) {
    this.limits = limits;
  }

  /** Bytes in memory, never more than the cap. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether the cap, and not the age, has made something go within the last ten seconds. */
  get isCapped(): boolean {
    return this.#nowMs - this.#cappedAtMs < cappedForMs;
  }

  /** A part of a file begins at `startMs` of the take. */
  begin(startMs: number): KeptPart {
    const part: KeptPart = { startMs, video: null, clusters: [] };
    this.#parts.add(part);
    return part;
  }

  /** Keeps a cluster of a part; where there is no room, the oldest goes. */
  add(part: KeptPart, cluster: WrittenCluster): void {
    this.#parts.add(part);
    this.#nowMs = Math.max(this.#nowMs, part.startMs + cluster.lastMs);
    part.clusters.push({ cluster, isDropped: false });
    this.#heldBytes += bytesOf(cluster);
    while (this.#heldBytes > this.limits.capBytes) {
      const oldest = this.#oldest();
      // All of it is being saved.
      if (oldest === null) return;
      this.#cappedAtMs = this.#nowMs;
      this.#drop(oldest.clusters);
    }
  }

  /** Lets go of what is too old. To be called a few times a second. @param nowMs of the take */
  tick(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    const untilMs = nowMs - this.limits.keepMs;
    for (const part of this.#parts) {
      while (endOf(part) < untilMs) this.#drop(part.clusters);
      if (part.clusters.length === 0) this.#parts.delete(part);
    }
  }

  /** Whoever saves clusters holds them longer than the ring may. @returns called when they are written */
  hold(clusters: readonly KeptCluster[]): () => void {
    for (const kept of clusters) this.#saved.add(kept);
    return () => {
      for (const kept of clusters)
        if (this.#saved.delete(kept) && kept.isDropped) this.#heldBytes -= bytesOf(kept.cluster);
    };
  }

  #drop(clusters: KeptCluster[]): void {
    const kept = clusters.shift();
    if (kept === undefined) return;
    kept.isDropped = true;
    if (!this.#saved.has(kept)) this.#heldBytes -= bytesOf(kept.cluster);
  }

  #oldest(): KeptPart | null {
    let found: KeptPart | null = null;
    for (const part of this.#parts)
      if (endOf(part) < (found === null ? Infinity : endOf(found))) found = part;
    return found;
  }
}

/** Where the oldest cluster of a part ends, on the take's timeline; Infinity where there is none. */
function endOf({ clusters, startMs }: KeptPart): number {
  const [first] = clusters;
  return first === undefined ? Infinity : startMs + first.cluster.lastMs;
}

/** Bytes of memory that a cluster takes. */
export function bytesOf({ blocks, bytes }: WrittenCluster): number {
  return bytes.length + blocks.heldBytes;
}
