import type { TakeMode } from './recording.js';

/**
 * Why a received frame is not in the file, what that is called, and whether it counts as lost: the one place, without
 * schemas, for terminal, window and report.
 */

/** The causes as they are recorded. */
export const dropCauseNames = [
  'queueFull',
  'byteCap',
  'sinkFailed',
  'encoderLost',
  'outOfOrder',
  'tooLate',
  'governed',
  'packetLost',
  'awaitingKey',
  'undecodable',
  'otherCodec',
  'notDecrypted',
  'diskBehind',
  'receiverLost',
  'paced',
  'paused',
  'madeUp',
  'superseded',
  'endOfTrack',
  'notRecording',
] as const;
/** One of {@link dropCauseNames}. */
export type DropCause = (typeof dropCauseNames)[number];
/** Causes that older versions recorded. */
export const formerDropCauseNames = ['lowerLayer'] as const;
type FormerDropCause = (typeof formerDropCauseNames)[number];
/** What they are counted as now, so that the sums of their takes stay what they are. */
const nowCalled: Readonly<Record<FormerDropCause, DropCause>> = { lowerLayer: 'superseded' };

/** What a cause means. */
export interface DropCauseText {
  readonly label: string;
  readonly explanation: string;
  /** A frame that should be in the file is missing. */
  readonly isLoss: boolean;
  /** The only mode of a take in which it happens; left out where it does in both. */
  readonly onlyIn?: TakeMode;
  /** False of what belongs to no take: it came before the start or after the stop, or only marks a track's end. */
  readonly isPartOfTake: boolean;
}

/** What each cause means, for terminal, window and report. */
export const dropCauses: Readonly<Record<DropCause, DropCauseText>> = {
  queueFull: {
    label: 'Queue full',
    explanation: 'Encoding fell behind: the stream’s frame queue was at its cap.',
    isLoss: true,
    onlyIn: 'encode',
    isPartOfTake: true,
  },
  byteCap: {
    label: 'Byte cap',
    explanation: 'Encoding fell behind: all frame queues together were at their byte cap.',
    isLoss: true,
    onlyIn: 'encode',
    isPartOfTake: true,
  },
  sinkFailed: {
    label: 'Without an encoder',
    explanation:
      'ffmpeg ended, or took nothing any more, before the frame was written to it, or none was running.',
    isLoss: true,
    onlyIn: 'encode',
    isPartOfTake: true,
  },
  encoderLost: {
    label: 'Lost with the encoder',
    explanation: 'ffmpeg had the frame, and ended before it was on disk.',
    isLoss: true,
    onlyIn: 'encode',
    isPartOfTake: true,
  },
  outOfOrder: {
    label: 'Out of order',
    explanation:
      'The frame is older than one that was already accepted, or has the same timestamp. Audio: it came when its place was taken.',
    isLoss: true,
    isPartOfTake: true,
  },
  tooLate: {
    label: 'Too late',
    explanation: 'The network held the frame up: the one before it had been repeated in its place.',
    isLoss: true,
    isPartOfTake: true,
  },
  governed: {
    label: 'Dropped to save memory',
    explanation: 'The memory governor dropped the frame before memory reached the budget or the ceiling.',
    isLoss: true,
    onlyIn: 'encode',
    isPartOfTake: true,
  },
  packetLost: {
    label: 'Packets lost',
    explanation: 'Copy mode: packets of the frame never came.',
    isLoss: true,
    onlyIn: 'copy',
    isPartOfTake: true,
  },
  awaitingKey: {
    label: 'Without the frame before',
    explanation: 'Copy mode: the frame builds on one that is not in the file, up to the next key frame.',
    isLoss: true,
    onlyIn: 'copy',
    isPartOfTake: true,
  },
  undecodable: {
    label: 'Cannot be decoded',
    explanation: 'Copy mode: the frame breaks its codec’s rules, or is too large.',
    isLoss: true,
    onlyIn: 'copy',
    isPartOfTake: true,
  },
  otherCodec: {
    label: 'Of another codec',
    explanation: 'Copy mode: the camera went over to a codec that its file cannot hold.',
    isLoss: true,
    onlyIn: 'copy',
    isPartOfTake: true,
  },
  notDecrypted: {
    label: 'Not decrypted',
    explanation: 'Copy mode: the frame is end-to-end encrypted, and no key that was given fits it.',
    isLoss: true,
    onlyIn: 'copy',
    isPartOfTake: true,
  },
  diskBehind: {
    label: 'Disk fell behind',
    explanation: 'Copy mode: what waited for the disk was at its cap.',
    isLoss: true,
    onlyIn: 'copy',
    isPartOfTake: true,
  },
  receiverLost: {
    label: 'Lost with the receiver',
    explanation: 'Copy mode: the process that receives had the frame, and ended before it was on disk.',
    isLoss: true,
    onlyIn: 'copy',
    isPartOfTake: true,
  },
  paced: {
    label: 'Above profile rate',
    explanation:
      'The track delivers more frames than the profile asks for, or two for one slot of its constant rate.',
    isLoss: false,
    onlyIn: 'encode',
    isPartOfTake: true,
  },
  paused: {
    label: 'Paused',
    explanation:
      'The take was paused when the frame came: nothing of that time is in the file. In copy mode also what came behind it, up to the first key frame.',
    isLoss: false,
    isPartOfTake: true,
  },
  madeUp: {
    label: 'Made up',
    explanation: 'WebRTC made the audio up while the recorder stood still; what was sent came behind it.',
    isLoss: false,
    onlyIn: 'encode',
    isPartOfTake: true,
  },
  superseded: {
    label: 'Superseded',
    explanation:
      'Copy mode: another frame of the same time took its place, it came before the first key frame, or it held no frame.',
    isLoss: false,
    onlyIn: 'copy',
    isPartOfTake: true,
  },
  endOfTrack: {
    label: 'End of track',
    explanation:
      'The 8x8 and 2x2 frames that end an unpublished track; in copy mode also what stands for a muted one.',
    isLoss: false,
    isPartOfTake: false,
  },
  notRecording: {
    label: 'Before start or after stop',
    explanation: 'The frame arrived before the take started or after it stopped.',
    isLoss: false,
    isPartOfTake: false,
  },
};

/** Frames by cause; a cause that is left out has none. */
export type DropCounts = Readonly<Partial<Record<DropCause, number>>>;

/** A count of every cause, each 0. */
export function noDrops(): Record<DropCause, number> {
  return Object.fromEntries(dropCauseNames.map((cause) => [cause, 0])) as Record<DropCause, number>;
}

/** A count of every cause, of what any version has recorded. */
export function withEveryCause(
  counts: Readonly<Partial<Record<DropCause | FormerDropCause, number>>>,
): Record<DropCause, number> {
  const all = noDrops();
  for (const cause of dropCauseNames) all[cause] = counts[cause] ?? 0;
  for (const cause of formerDropCauseNames) all[nowCalled[cause]] += counts[cause] ?? 0;
  return all;
}

/** All frames that were dropped, whatever the cause. */
export function droppedFrames(dropped: DropCounts): number {
  return dropCauseNames.reduce((sum, cause) => sum + (dropped[cause] ?? 0), 0);
}

/** The frames that should be in the file and are not. */
export function lostFrames(dropped: DropCounts): number {
  return dropCauseNames.reduce(
    (sum, cause) => sum + (dropCauses[cause].isLoss ? (dropped[cause] ?? 0) : 0),
    0,
  );
}

/** What an accounting has to hold for its balance. */
interface Balance {
  readonly received: number;
  readonly written: number;
  readonly queued: number;
  readonly dropped: DropCounts;
}

/** received - written - queued - dropped: anything but 0 is a defect of the recorder. */
export function unaccountedFrames({ received, written, queued, dropped }: Balance): number {
  return received - written - queued - droppedFrames(dropped);
}

/** Whether received = written + dropped + queued holds and no count is negative. */
export function isBalanced(account: Balance): boolean {
  return account.queued >= 0 && account.written >= 0 && unaccountedFrames(account) === 0;
}

/** The causes for which a take of a mode may drop something. */
export function dropCausesOf(mode: TakeMode): readonly DropCause[] {
  return dropCauseNames.filter((cause) => (dropCauses[cause].onlyIn ?? mode) === mode);
}
