import type { WrittenCluster } from '../file/cluster.js';
import type { ClusterKeeper } from '../file/cluster-keeper.js';
import type { FollowedSink, SinkKeeper } from '../take/sink-keeper.js';
import type { ClusterRing, KeptPart } from './cluster-ring.js';
import { CountSamples } from './count-samples.js';

/** A key frame is asked for when none has come for so long: a replay goes back to one. Milliseconds of the take. */
export const keyEveryMs = 10_000;

/** One file of a take as the ring keeps it, through all of its parts. Times are the take's. */
export class KeptFile implements SinkKeeper {
  readonly #ring: ClusterRing;
  readonly counts: CountSamples;
  #parts: KeptPart[] = [];
  #flush: () => void = () => undefined;
  #sink: FollowedSink | null = null;
  #keyMs = -Infinity;

  /** @param ring which holds its clusters */
  constructor(ring: ClusterRing) {
    this.#ring = ring;
    this.counts = new CountSamples(ring.limits.keepMs);
  }

  /** What manifest and counts of its take have of it; null while it is being made. */
  get sink(): FollowedSink | null {
    return this.#sink;
  }

  /** What is kept, part by part. */
  get parts(): readonly KeptPart[] {
    return this.#parts;
  }

  /** It is a file of that sink. */
  follow(sink: FollowedSink): void {
    this.#sink = sink;
  }

  /** As {@link ClusterKeeper.begin}. */
  begin(...[file, startMs]: Parameters<ClusterKeeper['begin']>): (cluster: WrittenCluster) => void {
    const part = this.#ring.begin(startMs);
    this.#parts.push(part);
    this.#flush = () => file.flush();
    this.#keyMs = Math.max(this.#keyMs, startMs);
    return (cluster) => {
      part.video = file.video;
      if (cluster.keyMs !== null) this.#keyMs = Math.max(this.#keyMs, startMs + cluster.keyMs);
      this.#ring.add(part, cluster);
    };
  }

  /** As {@link ClusterKeeper.isKeyDue}. */
  isKeyDue(nowMs: number): boolean {
    if (nowMs - this.#keyMs < keyEveryMs) return false;
    this.#keyMs = nowMs;
    return true;
  }

  /** What has come up to now is kept, and not only whole seconds. */
  flush(): void {
    this.#flush();
  }

  /** Called a few times a second. @param nowMs of the take */
  tick(nowMs: number): void {
    if (this.#sink !== null) this.counts.note(nowMs, this.#sink.counts);
    // The last one goes on.
    this.#parts = this.#parts.filter(
      ({ clusters }, index) => clusters.length > 0 || index === this.#parts.length - 1,
    );
  }
}
