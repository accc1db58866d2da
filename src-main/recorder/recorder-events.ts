import { EventEmitter } from 'node:events';
import type { RecorderEvent, RecorderState, Snapshot } from '../contract/snapshot.js';
import type { Problem } from '../take/problem.js';
import type { EndingTake } from './take-end.js';

/** What the engine tells whoever listens. */
export interface RecorderEventMap {
  snapshot: [snapshot: Snapshot];
  event: [event: RecorderEvent];
  state: [state: RecorderState];
  /** Somebody came, went, published, muted, or took something back. */
  room: [];
  /** Progress of finalizing, 0 to 1. */
  progress: [fraction: number];
  /** A take ends, whoever or whatever ends it. */
  ending: [take: EndingTake];
  /** A take that has ended is being checked, has come further, or is done: see `Recorder.checks`. */
  checks: [];
  /**
   * Something went wrong for good. A file records no more and the others do; or the take had to be ended, and is being
   * finalized; or the room is lost, and a take goes on until it is stopped.
   */
  problem: [problem: Problem];
}

/** Sends what {@link RecorderEventMap} names; a listener that throws ends the process, as with any emitter. */
export class RecorderEmitter extends EventEmitter<RecorderEventMap> {}
