import { join } from 'node:path';
import { caps } from '../contract/limits.js';
import type { Session } from '../contract/session.js';
import { NdjsonFile } from '../telemetry/ndjson-file.js';
import type { OpenedFolder } from './take-places.js';

/** Its name inside a take's folder. */
export const telemetryFileName = 'telemetry.ndjson';

/** The telemetry of a take: a file in each folder that it is in, with the same first line. */
export class TakeTelemetry {
  readonly #header: Session;
  #file: NdjsonFile;
  readonly #left: Promise<void>[] = [];

  /** @param header the first line of each */
  constructor(first: OpenedFolder, header: Session) {
    this.#header = header;
    this.#file = this.#open(first);
  }

  /** Appends a line, as {@link NdjsonFile.write} does. */
  write(document: unknown): void {
    this.#file.write(document);
  }

  /** What comes from now on is written there; what the folder before could not take is left out. */
  moveTo(place: OpenedFolder): void {
    this.#left.push(this.#file.close());
    this.#file = this.#open(place);
  }

  /** As {@link NdjsonFile.close}, of all of them. */
  async close(): Promise<void> {
    await Promise.all([...this.#left, this.#file.close()]);
  }

  #open({ folder, lanes }: OpenedFolder): NdjsonFile {
    const file = new NdjsonFile(join(folder.path, telemetryFileName), caps.telemetryQueueBytes, lanes.writes);
    file.write(this.#header);
    return file;
  }
}
