import type { CopyCodec } from '../contract.js';
import type { FrameCounts } from '../frames/encoded-frame.js';
import type { WindowCounts } from '../rtp/packet-counts.js';
import type { ClusterKeeper } from './cluster-keeper.js';
import type { FileGap, LineCounts } from './line-counts.js';
import type { StreamKind } from './part-marks.js';
import type { PartsOptions } from './parts-options.js';

/** The timeline of a take, from which pauses are cut out. */
export interface TakeTimeline {
  /** Where a moment of the room's clock stands in the take: one of a pause, where that begins. */
  cut(elapsedMs: number): number;
  /** Whether the take is paused at a moment of the room's clock. */
  isPausedAt(elapsedMs: number): boolean;
}

/** How a file is made, and who hears of it. */
export interface ParticipantFileOptions extends PartsOptions {
  /** When the take began, milliseconds of the clock that packets carry: its time 0. */
  readonly originMs: number;
  /** How the take's timeline goes by the room's clock, in milliseconds since it began; the same when left out. */
  readonly clock?: TakeTimeline;
  /** Packets of a kind up to now, over all tracks that it ever had; left out where nobody counts them. */
  readonly packetsOf?: (kind: StreamKind) => WindowCounts;
  /** Sees what goes into it; nobody when left out. */
  readonly keeper?: ClusterKeeper | undefined;
  /** A camera went over to a codec that the file does not have; its pictures are dropped and counted until it is back. */
  readonly onOtherCodec?: (codec: CopyCodec) => void;
  /** Something that was sent is missing there, by the take's timeline. @param part number of the part that lacks it */
  readonly onGap?: (gap: FileGap, part: number) => void;
}

/** What became of everything that came for a file. */
export interface ParticipantFileCounts {
  /** By the track's sid: begun = handed over + dropped + open. */
  readonly tracks: ReadonlyMap<string, FrameCounts>;
  /** Over all of them, however many there were. */
  readonly frames: Readonly<Record<StreamKind, FrameCounts>>;
  /** As `packetsOf`, but for those of pauses. */
  readonly packets: Readonly<Record<StreamKind, WindowCounts>>;
  readonly audio: LineCounts;
  readonly video: LineCounts;
}

/** What the disk has taken of a file, and how quickly. */
export interface DiskOfFile {
  /** Bytes, over all parts and of the one that is recorded, and those that wait. */
  readonly writtenBytes: number;
  readonly partBytes: number;
  readonly queuedBytes: number;
  /** Of the last second, in milliseconds. */
  readonly slowestWriteMs: number;
}
