import type { ClusterKeeper } from '../file/cluster-keeper.js';
import type { CopySink } from './copy-sink.js';

/** What a keeper may ask of the file that it keeps. */
export type FollowedSink = Pick<CopySink, 'counts' | 'history' | 'partAccount' | 'parts' | 'subject'>;

/** Sees what goes into one file of a copied take: the replay buffer. */
export interface SinkKeeper extends ClusterKeeper {
  /** The file is made. */
  follow(sink: FollowedSink): void;
}
