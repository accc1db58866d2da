import type { PlateauError } from '../../contract/errors.js';
import type { StreamPackets } from '../../contract/stamps.js';
import type { BlackFrames } from './black-frames.js';
import type { LineCounts } from './line-counts.js';
import type { MatroskaFileOptions } from './matroska-file-options.js';
import type { VideoTrack } from './matroska-head.js';
import type { PartAccount, StreamKind } from './part-marks.js';

/** Where a part begins: its number, and when on the take's timeline. */
export interface PartBegin {
  readonly number: number;
  readonly atMs: number;
  /** In another folder: a file whose disk has failed goes on there. */
  readonly isElsewhere?: boolean | undefined;
}

/** Who names the files of further parts, and hears of them. */
export interface PartsHooks {
  /** What the file of a part is called. @returns its path */
  readonly pathOf: (number: number) => string;
  /** What the disk of a part is asked through, and who hears of it; as that of the first part when left out. */
  readonly diskOf?: (
    number: number,
  ) => Pick<MatroskaFileOptions, 'lanes' | 'onFailure' | 'onPresence' | 'reserve'>;
  /** It has begun, at `startMs` of the take, and the one before ends there: what came for that, and what its head says. */
  readonly onBegun: (number: number, startMs: number, before: PartAccount, video: VideoTrack | null) => void;
  /** A part that was ended by another one is closed. */
  readonly onEnded: (ended: EndedPart) => void;
  /** Its file cannot be made: what comes goes on in the one before. */
  readonly onRefused: (number: number, error: PlateauError) => void;
  /** Its camera sends no key frame to begin with. */
  readonly onLate: (number: number) => void;
}

/** What a part has when it is closed. */
export interface EndedPart {
  readonly number: number;
  readonly lines: Readonly<Record<StreamKind, LineCounts>>;
  readonly packets: StreamPackets;
  readonly video: VideoTrack | null;
  readonly failure: PlateauError | null;
}

/** What a file's parts are made with. */
export interface PartsOptions extends MatroskaFileOptions {
  readonly blackFrames: BlackFrames;
  /** In which part of the take it begins; with the take when left out. */
  readonly first?: PartBegin;
  /** Left out of a file that is not cut. */
  readonly parts?: PartsHooks;
}
