import type { WrittenCluster } from './cluster.js';
import type { MatroskaFile } from './matroska-file.js';

/** Sees what goes into one file of a take, cluster by cluster, through all of its parts. Times are the take's, in milliseconds. */
export interface ClusterKeeper {
  /**
   * A part of the file begins.
   *
   * @param startMs where: its time 0
   * @returns called with each of its clusters, which must not be changed
   */
  begin(file: Pick<MatroskaFile, 'flush' | 'video'>, startMs: number): (cluster: WrittenCluster) => void;
  /** Whether a key frame should be asked for, because none has come for a while; then once. */
  isKeyDue(nowMs: number): boolean;
}
