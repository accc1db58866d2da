import { type DropCause, dropCauseNames, lostFrames } from '../../src-main/contract/drop-causes.js';
import type { Snapshot } from '../../src-main/contract/snapshot.js';

export interface Losses {
  readonly byCause: Readonly<Record<DropCause, number>>;
  /** Frames that should be in a file and are not. */
  readonly lostFrames: number;
  /** Frames lost on the network, inferred from gaps in their timestamps. */
  readonly missedFrames: number;
  readonly received: number;
  readonly written: number;
  readonly queued: number;
}

/** Sums over every file of the take. */
export function lossesOf(snapshot: Snapshot): Losses {
  const byCause = Object.fromEntries(dropCauseNames.map((cause) => [cause, 0])) as Record<DropCause, number>;
  let [missedFrames, received, written, queued] = [0, 0, 0, 0];
  for (const { video, audio } of snapshot.sinks) {
    missedFrames += video?.missedFrames ?? 0;
    for (const accounting of [video?.accounting, audio.accounting]) {
      if (accounting === undefined) continue;
      received += accounting.received;
      written += accounting.written;
      queued += accounting.queued;
      for (const cause of dropCauseNames) byCause[cause] += accounting.dropped[cause];
    }
  }
  return { byCause, lostFrames: lostFrames(byCause), missedFrames, received, written, queued };
}
