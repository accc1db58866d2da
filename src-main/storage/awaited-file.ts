import { basename } from 'node:path';
import { inTime } from '../process/deadline.js';
import type { DiskLane } from './disk-lanes.js';
import { type PresenceObserver, RecordedFile } from './recorded-file.js';
import { newFileError } from './take-folder.js';

/**
 * How long the making of a file is waited for, in milliseconds. A disk that stands still then must not keep anybody from
 * being recorded: what is written before the file stands waits, as it does while a write stands still.
 */
const openPatienceMs = 1_000;

/** A growing file that its disk may not have made yet. Its calls wait for that, and reject as the making does. */
export class AwaitedFile {
  /** Resolves when the file stands. @throws PlateauError `outputUnwritable`, `diskFull` or `tooManyOpenFiles` */
  readonly made: Promise<RecordedFile>;
  #file: RecordedFile | null = null;

  private constructor(made: Promise<RecordedFile>) {
    this.made = made;
    made.then(
      (file) => {
        this.#file = file;
      },
      // Whoever calls it next is told.
      () => undefined,
    );
  }

  /**
   * Creates the file, which must not exist, and waits a second at most for it. The caller closes it.
   *
   * @param lane in which the disk is asked for it
   * @throws PlateauError `outputUnwritable`, `diskFull` or `tooManyOpenFiles`, when the disk refuses within that second
   */
  static async create(path: string, lane: DiskLane, onPresence: PresenceObserver): Promise<AwaitedFile> {
    const made = lane
      .run(() => RecordedFile.create(path, onPresence))
      .catch((thrown: unknown) => {
        throw newFileError(basename(path), thrown);
      });
    const file = new AwaitedFile(made);
    await inTime(made, openPatienceMs);
    return file;
  }

  /** As {@link RecordedFile.isGone}. */
  get isGone(): boolean {
    return this.#file?.isGone ?? false;
  }

  /** As {@link RecordedFile.append}. */
  async append(blocks: readonly Buffer[], onFull?: () => Promise<boolean>): Promise<void> {
    await (await this.made).append(blocks, onFull);
  }

  /** As {@link RecordedFile.overwrite}. */
  async overwrite(bytes: Buffer, at: number): Promise<void> {
    await (await this.made).overwrite(bytes, at);
  }

  /** As {@link RecordedFile.check}; of a file that does not stand there is nothing to look at. */
  async check(): Promise<void> {
    await this.#file?.check();
  }

  /** As {@link RecordedFile.settle}; of a file that does not stand nothing is to be restored. */
  async settle(): Promise<void> {
    await this.#file?.settle();
  }

  /** As {@link RecordedFile.sync}. */
  async sync(): Promise<void> {
    await (await this.made).sync();
  }

  /** As {@link RecordedFile.syncData}; of a file that does not stand there is nothing to keep. */
  async syncData(): Promise<void> {
    await this.#file?.syncData();
  }

  /** As {@link RecordedFile.close}. A file that the disk makes only later is closed then, and nobody waits for it. */
  async close(): Promise<void> {
    if (this.#file === null) this.made.then((file) => file.close()).catch(() => undefined);
    else await this.#file.close();
  }
}
