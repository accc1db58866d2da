/** Why a frame that was put together is not in the file. */
export type LineDropCause =
  /** The disk has fallen behind by the cap. */
  | 'writerFull'
  /** It builds on a frame that is not in the file. */
  | 'awaitingKey'
  /** Another codec than the file's: it belongs into another file. */
  | 'otherCodec'
  /** Its time has something else in the file already. */
  | 'late'
  /** It sounded before the file begins. */
  | 'outside';

/** What became of the frames of a file's audio or video: handed over = written + dropped by cause + waiting. */
export interface LineCounts {
  readonly handedOver: number;
  readonly written: number;
  readonly dropped: Readonly<Record<LineDropCause, number>>;
  readonly waiting: number;
  /** Packets of silence, or black pictures, that stand for what was not sent. */
  readonly filled: number;
}

/** Counts what became of the frames of a line. */
export class LineTally {
  handedOver = 0;
  written = 0;
  filled = 0;
  readonly #dropped: Record<LineDropCause, number> = {
    writerFull: 0,
    awaitingKey: 0,
    otherCodec: 0,
    late: 0,
    outside: 0,
  };

  /** A frame that was handed over is not written. */
  drop(cause: LineDropCause): void {
    this.#dropped[cause] += 1;
  }

  /** A copy of the counts. @param waiting frames that are neither written nor dropped yet */
  count(waiting: number): LineCounts {
    const { filled, handedOver, written } = this;
    return { handedOver, written, filled, waiting, dropped: { ...this.#dropped } };
  }
}
