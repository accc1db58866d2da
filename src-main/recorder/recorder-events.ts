import { EventEmitter } from 'node:events';
import type { PlateauError } from '../contract/errors.js';
import type { RecorderEvent, RecorderState, Snapshot } from '../contract/snapshot.js';

/** What the engine tells whoever listens. */
export interface RecorderEventMap {
  snapshot: [snapshot: Snapshot];
  event: [event: RecorderEvent];
  state: [state: RecorderState];
  /** Somebody came, went, published, muted, or took something back. */
  room: [];
  /** Progress of finalizing, 0 to 1. */
  progress: [fraction: number];
  /** The connection is gone and will not come back by itself; a take goes on until it is stopped. */
  lost: [error: PlateauError];
}

export class RecorderEmitter extends EventEmitter<RecorderEventMap> {}
