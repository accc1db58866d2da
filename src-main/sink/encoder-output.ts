import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import type { PlateauError } from '../contract/errors.js';
import { DiskWriter, type DiskWriterLimits } from './disk-writer.js';

/** Where an encoder's output goes. What is said of the disk holds for whatever stands in its place. */
export type EncoderOutput = Pick<
  DiskWriter,
  | 'discard'
  | 'drainMaxWriteMs'
  | 'finish'
  | 'patienceMs'
  | 'queuedBytes'
  | 'read'
  | 'receivedBytes'
  | 'writtenBytes'
>;

/** Gets the bytes of a growing file in their order, as soon as they are where they belong; must copy what it keeps, and not throw. */
export type OutputKeeper = (bytes: Buffer) => void;

/** Asked once for each growing file. @param file its name; no two of a take have the same */
export type KeeperOf = (file: string) => OutputKeeper;

/** Who sees what encoders write, beside the disk or in its place. */
export interface OutputKeepers {
  /** Left out, nobody. */
  readonly keeperOf?: KeeperOf | undefined;
  /** No file is made: only {@link OutputKeepers.keeperOf} gets what is encoded. */
  readonly isUnwritten?: boolean | undefined;
}

/**
 * Opens where an encoder's output goes.
 *
 * @param onWritten sees everything first
 * @throws PlateauError as {@link DiskWriter.create} does
 */
export async function openOutput(
  {
    disk,
    isUnwritten,
    keeperOf,
    path,
  }: OutputKeepers & { readonly disk: DiskWriterLimits; readonly path: string },
  onWritten: OutputKeeper,
  onFailure: (error: PlateauError) => void,
): Promise<EncoderOutput> {
  const keep = keeperOf?.(basename(path));
  const see = (bytes: Buffer): void => {
    onWritten(bytes);
    keep?.(bytes);
  };
  return isUnwritten === true ? new UnwrittenOutput(see) : DiskWriter.create(path, disk, onFailure, see);
}

/** An encoder's output that goes nowhere but to its observer: no file is made, and nothing waits. */
export class UnwrittenOutput implements EncoderOutput {
  readonly patienceMs = 0;
  readonly queuedBytes = 0;
  readonly #onOutput: OutputKeeper;
  #source: Readable | null = null;
  #sourceEnded: Promise<void> = Promise.resolve();
  #receivedBytes = 0;

  /** @param onOutput sees everything, in order */
  constructor(onOutput: OutputKeeper) {
    this.#onOutput = onOutput;
  }

  /** Everything that came out of the source, in bytes. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** The same: whoever observes has taken it. */
  get writtenBytes(): number {
    return this.#receivedBytes;
  }

  /** Nothing is written: 0. */
  drainMaxWriteMs(): number {
    return 0;
  }

  /** As {@link DiskWriter.read}. */
  read(source: Readable): void {
    this.#source = source;
    this.#sourceEnded = new Promise((resolve) => {
      for (const event of ['close', 'end', 'error']) source.once(event, () => resolve());
    });
    source.on('data', this.#accept);
  }

  /** There is nothing to remove. */
  discard(): Promise<void> {
    return Promise.resolve();
  }

  /** Waits for the source's end. */
  async finish(): Promise<void> {
    await this.#sourceEnded;
    this.#source?.off('data', this.#accept);
  }

  readonly #accept = (chunk: Buffer): void => {
    this.#receivedBytes += chunk.length;
    this.#onOutput(chunk);
  };
}
