import type { ManifestFile } from '../../contract/manifest.js';
import type { SinkSnapshot } from '../../contract/snapshot.js';
import type { CopyFileState } from './copy-reports.js';
import { endedEntry, isOpen, leftFiles, type LeftOf, settledEntry } from './ended-file.js';
import { endedSnapshots } from './ended-snapshot.js';

/** How a process has ended before its files did. */
interface ProcessEnd extends Omit<LeftOf, 'toldOf'> {
  /** When it told of its files the last time, on the take's timeline. */
  readonly lastMs: number;
}

/** The files of a copied take, by name, as their process told of them; once that is gone, by what is known to be in them. */
export class ToldFiles {
  /** In the order in which they were made. */
  readonly #files = new Map<string, CopyFileState>();
  /** What has become of those whose part is finished. */
  readonly #finished = new Map<string, ManifestFile>();
  /** What is shown of them while nothing more is known; null when that has to be reckoned anew. */
  #shown: SinkSnapshot[] | null = null;

  /** What the process tells of some of them. */
  take(files: readonly CopyFileState[]): void {
    for (const file of files) this.#files.set(file.entry.file, file);
    this.#shown = null;
  }

  /** Gives the files of somebody another name. @returns whether any has it only now */
  rename(identity: string, participantName: string): boolean {
    let isRenamed = false;
    for (const [file, { entry, snapshot }] of this.#files) {
      if (entry.identity !== identity || entry.participantName === participantName) continue;
      isRenamed = true;
      this.#files.set(file, {
        entry: { ...entry, participantName },
        snapshot: snapshot === null ? null : { ...snapshot, participantName },
      });
    }
    this.#shown = null;
    return isRenamed;
  }

  /** Files of a part are read and finished: what is in them counts. @param entries what has become of them */
  partFinished(entries: readonly ManifestFile[]): void {
    for (const entry of entries) this.#finished.set(entry.file, entry);
    this.#shown = null;
  }

  /** Their entries in the manifest, as far as they are known. */
  entries(): ManifestFile[] {
    return [...this.#files.values()].map(({ entry }) => entry);
  }

  /** For screen and telemetry, while their process runs: as it told of them last. */
  snapshots(): SinkSnapshot[] {
    return [...this.#files.values()].flatMap(({ snapshot }) => snapshot ?? []);
  }

  /** The same once it is gone. */
  endedSnapshots(): SinkSnapshot[] {
    this.#shown ??= endedSnapshots(
      [...this.#files.values()].map(({ entry, snapshot }) => {
        const { file, participantName } = entry;
        return { snapshot, entry: { ...(this.#finished.get(file) ?? settledEntry(entry)), participantName } };
      }),
    );
    return this.#shown;
  }

  /**
   * The process is gone: in this very turn its files end where it told of them last, and then where it has written down that they
   * stood, if that is more. Never rejects.
   */
  async end({ lastMs, ...of }: ProcessEnd): Promise<void> {
    const told = new Map(this.#files);
    for (const [file, { entry, snapshot }] of told) {
      const ended = isOpen(entry) ? endedEntry(entry, lastMs, of.endMs, of.problem) : entry;
      this.#files.set(file, { entry: ended, snapshot });
    }
    this.#shown = null;
    for (const entry of await leftFiles({ ...of, toldOf: (file) => told.get(file)?.entry })) {
      const known = this.#files.get(entry.file);
      const { participantName } = known?.entry ?? entry;
      this.#files.set(entry.file, {
        entry: { ...entry, participantName },
        snapshot: known?.snapshot ?? null,
      });
    }
    this.#shown = null;
  }
}
