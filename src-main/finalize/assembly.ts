import { PlateauError, toPlateauError } from '../contract/errors.js';
import type { Profile } from '../contract/profile.js';
import type { StreamGap, StreamPackets } from '../contract/stamps.js';
import type { Canvas } from '../ffmpeg/ffmpeg-arguments.js';
import type { Chapter } from '../mp4/movie-box.js';
import type { LowPriority } from '../process/low-priority.js';
import { outputError } from '../storage/take-folder.js';
import type { BlackFiller } from './black-filler.js';
import type { StreamEnds } from './copied-account.js';
import type { Finding } from './finding.js';
import type { GrownSegment } from './grown-segment.js';

/** The segments of one file, and what is needed to finish it. */
export interface AssembleRequest {
  /** The take's folder; every file below is a name inside it. */
  readonly folder: string;
  readonly targetFile: string;
  readonly segments: readonly GrownSegment[];
  readonly profile: Profile;
  readonly canvas: Canvas | null;
  readonly ffmpegPath: string;
  /** The take's chunks of black, ideally prepared before; without it they are made and removed here. */
  readonly filler?: BlackFiller;
  /** 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
  /** Of reading the finished file, beside a take; as everything else when left out. */
  readonly priority?: LowPriority | undefined;
  /** Markers of the take, from its 0. */
  readonly chapters?: readonly Chapter[];
  /** Free space on the disk of the take; null when it is not known. */
  readonly freeBytes?: number | null;
  /** How long ffmpeg may be silent: for the index at the start all is written a second time, without a word. */
  readonly silenceLimitMs?: number;
}

/** What became of them. */
export type AssembleResult =
  | {
      readonly state: 'verified';
      readonly file: string;
      readonly durationMs: number;
      readonly sizeBytes: number;
      readonly sha256: string;
      /** Its packets, which were all held against those that encoders wrote. */
      readonly packets: StreamPackets;
      /** Of a file that holds what was sent, and that nobody has counted to its end: where its streams end, in milliseconds. */
      readonly endsMs?: StreamEnds | undefined;
      /** The longest time from one of them to the next. */
      readonly worstGap: StreamGap | null;
      /** Whether it was counted what every segment's encoder wrote. */
      readonly isCounted: boolean;
      /** Where encoders took with them what they had been given. */
      readonly gaps: readonly StreamGap[];
      /** Black and silence that was put in before and between the segments. */
      readonly fillerMs: number;
      /** What a person should know although all is well: a segment that was empty, say. */
      readonly remarks: readonly string[];
    }
  | {
      /** `fragmented`: every segment that holds anything plays. `damaged`: at least one does not. */
      readonly state: 'fragmented' | 'damaged';
      /** The segments, untouched. */
      readonly keptFiles: readonly string[];
      readonly problem: PlateauError;
      readonly findings: readonly Finding[];
      readonly gaps: readonly StreamGap[];
      /** As above, of a file that was read. */
      readonly packets?: StreamPackets;
      readonly endsMs?: StreamEnds | undefined;
    };

/** What a failure of finalizing means to a person: who cannot finish a file for want of space has no other folder to choose. */
export function finalizeFailure(thrown: unknown): PlateauError {
  if (thrown instanceof PlateauError) return thrown;
  if (!(thrown instanceof Error && 'syscall' in thrown)) return toPlateauError(thrown);
  const error = outputError(thrown);
  return error.code === 'diskFull' ? tooLittleSpace() : error;
}

/** Said of a file that keeps its fragments for want of space. */
export function tooLittleSpace(): PlateauError {
  return new PlateauError(
    'diskFull',
    'There is too little free space to finalize the file; its fragmented form was kept.',
    'It plays as it is.',
  );
}
