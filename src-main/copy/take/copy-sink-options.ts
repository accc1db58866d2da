import type { PlateauError } from '../../contract/errors.js';
import type { SinkSubject } from '../../sink/recording-sink.js';
import type { StreamKind } from '../file/part-marks.js';
import type { ParticipantFileOptions } from '../file/participant-file-options.js';
import type { PartBegin } from '../file/parts-of-file.js';
import type { CopyPart } from './copy-part.js';

/** What a file of a copied take is made with. */
export interface CopySinkOptions {
  readonly subject: SinkSubject;
  /** Name inside the take folder of the file of a part, and where that is. */
  readonly fileOf: (part: number) => { readonly file: string; readonly path: string };
  /** In which it begins. */
  readonly first: PartBegin;
  readonly media: Omit<ParticipantFileOptions, 'first' | 'onFailure' | 'onGap' | 'packetsOf' | 'parts'>;
  /** Told once: the disk takes no more of it. */
  readonly onFailed: (error: PlateauError, part: CopyPart) => void;
  /** Something that was sent is missing: `durationMs` long. @param isUndecrypted it came, and no key fitted */
  readonly onGap: (file: string, stream: StreamKind, durationMs: number, isUndecrypted: boolean) => void;
  /** A part has begun, or is on the disk. */
  readonly onPartsChanged: () => void;
  /** A part does not begin: its camera sends no key frame, or its file cannot be made. */
  readonly onNotCut: (part: number, error: PlateauError | null) => void;
}
