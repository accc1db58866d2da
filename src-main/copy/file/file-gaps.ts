import type { FileGap, LineGap } from './line-counts.js';
import type { StreamKind } from './part-marks.js';

/** Who hears of gaps, and what they are made of. */
interface GapSource {
  /** Pictures that were begun or handed over up to now, and are missing from the file. */
  readonly lostPictures: () => number;
  readonly onGap: ((gap: FileGap, part: number) => void) | undefined;
}

/** Completes the gaps of a file's lines: how many pictures each lacks, and whether a key was missing. */
export class FileGaps {
  readonly #source: GapSource;
  /** Frames that no key fitted, since the last gap. */
  readonly #notDecrypted: Record<StreamKind, number> = { video: 0, audio: 0 };
  /** Pictures that had been lost when the last gap ended. */
  #lostAtGap = 0;

  constructor(source: GapSource) {
    this.#source = source;
  }

  /** So many frames came that no key fitted. */
  notDecrypted(kind: StreamKind, count: number): void {
    this.#notDecrypted[kind] += count;
  }

  /** What could not be decrypted up to now belongs to no gap: it is of a pause. */
  forget(kind: StreamKind): void {
    this.#notDecrypted[kind] = 0;
  }

  /** Told at a gap's end, never per frame. @returns pictures of which no packet came */
  tell(gap: LineGap, part: number): number {
    const isUndecrypted = this.#notDecrypted[gap.stream] > 0;
    // What comes from now on belongs to the next gap.
    this.#notDecrypted[gap.stream] = 0;
    if (gap.stream === 'audio') {
      this.#source.onGap?.({ ...gap, lostFrames: null, isUndecrypted }, part);
      return 0;
    }
    const lost = this.#source.lostPictures();
    const dropped = Math.max(0, lost - this.#lostAtGap);
    this.#lostAtGap = lost;
    if (gap.isIfLost === true && dropped === 0) return 0;
    const missed = Math.max(0, (gap.dueFrames ?? 0) - dropped);
    this.#source.onGap?.({ ...gap, lostFrames: dropped + missed, isUndecrypted }, part);
    return missed;
  }
}
