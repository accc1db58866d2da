import type { RecordingSink } from '../sink/recording-sink.js';
import { otherEncodersOf } from './stream-shape.js';

/** How many files are open, and how many encoders beside those of their present parts there are. */
export class OpenCount {
  #open = 0;
  #others = 0;

  /** Counts anew. @returns whether it is not what it was */
  update(sinks: readonly RecordingSink[]): boolean {
    const open = sinks.filter(({ isOpen }) => isOpen).length;
    const others = sinks.reduce((sum, sink) => sum + otherEncodersOf(sink), 0);
    const isSame = open === this.#open && others === this.#others;
    this.#open = open;
    this.#others = others;
    return !isSame;
  }
}

/** An encoder that runs, and the file that it writes. */
export interface RunningEncoder {
  readonly file: string;
  readonly identity: string;
  readonly pid: number;
}

/** Those of some files. */
export function encodersOf(
  sinks: readonly Pick<RecordingSink, 'encoderPid' | 'file' | 'subject'>[],
): RunningEncoder[] {
  return sinks.flatMap(({ encoderPid: pid, file, subject }) =>
    pid === undefined ? [] : [{ file, identity: subject.identity, pid }],
  );
}
