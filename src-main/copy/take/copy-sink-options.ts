import type { PlateauError } from '../../contract/errors.js';
import type { SinkSubject } from '../../sink/recording-sink.js';
import type { FileGap } from '../file/line-counts.js';
import type { MatroskaFileOptions } from '../file/matroska-file-options.js';
import type { StreamKind } from '../file/part-marks.js';
import type { ParticipantFileOptions } from '../file/participant-file-options.js';
import type { PartBegin } from '../file/parts-options.js';
import type { CopyPart } from './copy-part.js';

/** Where the file of a part is. */
export interface FileOfPart {
  /** Its name inside the folder, and where it is. */
  readonly file: string;
  readonly path: string;
  /** What its disk is asked through, and who hears that it is gone. */
  readonly disk: Pick<MatroskaFileOptions, 'lanes' | 'onPresence' | 'reserve'>;
}

/** Why a file lacks something: it did not come, no key fitted, it cannot hold its codec, or its disk took no more. */
export type GapReason = 'diskFailed' | 'notDecrypted' | 'otherCodec' | 'packetsLost';

/** Why a gap is one. @param hasFailed the disk of its part has: what is missing there did not go on it */
export function gapReasonOf(
  { isRefused, isUndecrypted }: Pick<FileGap, 'isRefused' | 'isUndecrypted'>,
  hasFailed: boolean,
): GapReason {
  if (hasFailed) return 'diskFailed';
  if (isRefused === true) return 'otherCodec';
  return isUndecrypted ? 'notDecrypted' : 'packetsLost';
}

/** What a file of a copied take is made with. */
export interface CopySinkOptions {
  readonly subject: SinkSubject;
  readonly fileOf: (part: number) => FileOfPart;
  /** In which it begins. */
  readonly first: PartBegin;
  readonly media: Omit<
    ParticipantFileOptions,
    'first' | 'lanes' | 'onFailure' | 'onGap' | 'onPresence' | 'packetsOf' | 'parts' | 'reserve'
  >;
  /** Told once of a part: its disk takes no more of it. */
  readonly onFailed: (error: PlateauError, part: CopyPart) => void;
  /** Something that was sent is missing: `durationMs` long. */
  readonly onGap: (file: string, stream: StreamKind, durationMs: number, why: GapReason) => void;
  /** A part has begun, or is on the disk. */
  readonly onPartsChanged: () => void;
  /** A part does not begin: its camera sends no key frame, or its file cannot be made. */
  readonly onNotCut: (part: number, error: PlateauError | null) => void;
}
