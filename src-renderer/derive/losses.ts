import type { Accounting, DropCause } from '../../src-main/contract/manifest.js';
import type { Snapshot } from '../../src-main/contract/snapshot.js';

/** What each cause means to a person, and whether something that should be in a file is missing. */
export const dropCauses: Readonly<
  Record<DropCause, { label: string; explanation: string; isLoss: boolean }>
> = {
  queueFull: {
    label: 'Queue full',
    explanation: 'Encoding fell behind: the stream’s frame queue was at its cap.',
    isLoss: true,
  },
  byteCap: {
    label: 'Byte cap',
    explanation: 'Encoding fell behind: all frame queues together were at their byte cap.',
    isLoss: true,
  },
  sinkFailed: { label: 'Encoder failed', explanation: 'Accepted, but ffmpeg ended before.', isLoss: true },
  outOfOrder: {
    label: 'Out of order',
    explanation: 'Older than a frame that was already accepted.',
    isLoss: true,
  },
  governed: {
    label: 'Saving memory',
    explanation: 'Left out on purpose, before memory reached its budget or its ceiling.',
    isLoss: true,
  },
  paced: {
    label: 'Above frame rate',
    explanation: 'More frames than the profile asks for.',
    isLoss: false,
  },
  endOfTrack: {
    label: 'End of track',
    explanation: 'The tiny frames that end an unpublished track.',
    isLoss: false,
  },
  notRecording: {
    label: 'Outside take',
    explanation: 'Arrived before the start or after the stop.',
    isLoss: false,
  },
};

export const dropCauseNames = Object.keys(dropCauses) as DropCause[];

export interface Losses {
  readonly byCause: Readonly<Record<DropCause, number>>;
  /** Frames that should be in a file and are not. */
  readonly lostFrames: number;
  /** Frames that never arrived, as their timestamps tell. */
  readonly missedFrames: number;
  readonly received: number;
  readonly written: number;
  readonly queued: number;
}

/** Sums over every file of the take. */
export function lossesOf(snapshot: Snapshot): Losses {
  const byCause: Record<DropCause, number> = {
    queueFull: 0,
    byteCap: 0,
    sinkFailed: 0,
    outOfOrder: 0,
    governed: 0,
    paced: 0,
    endOfTrack: 0,
    notRecording: 0,
  };
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
  const lostFrames = dropCauseNames.reduce(
    (sum, cause) => sum + (dropCauses[cause].isLoss ? byCause[cause] : 0),
    0,
  );
  return { byCause, lostFrames, missedFrames, received, written, queued };
}

/** The frames of a stream that are in none of its accounts; anything but 0 is a defect of the recorder. */
export function unaccountedFrames(accounting: Accounting): number {
  const dropped = dropCauseNames.reduce((sum, cause) => sum + accounting.dropped[cause], 0);
  return accounting.received - accounting.written - accounting.queued - dropped;
}
