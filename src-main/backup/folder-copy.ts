import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlateauError } from '../contract/errors.js';
import type { DiskLane } from '../storage/disk-lanes.js';
import { freeBytesOf } from '../storage/take-folder.js';
import { CopiedFile } from './copied-file.js';
import {
  backupDiskFull,
  backupError,
  backupNotAnswering,
  copyChunkBytes,
  type CopyTools,
  notProvenInTime,
  OriginalUnreadable,
  originalUnreadable,
} from './copy-tools.js';

/** A folder whose files are copied. */
export interface OriginalFolder {
  readonly path: string;
  /** In which its disk is asked. */
  readonly lane: DiskLane;
  /** What a file is called in the backup; null for one that is not copied. */
  readonly nameOf: (file: string) => string | null;
  /** Whether a copy is held against the original at the end: not of what is written even then. */
  readonly isProven: (file: string) => boolean;
}

/** What a copy of folders works with. */
export interface FolderCopyOptions {
  /** An existing, empty folder, which nobody else writes to. */
  readonly folder: string;
  /** In which the backup's disk is asked. */
  readonly lane: DiskLane;
  /** Asked at each round. */
  readonly originals: () => readonly OriginalFolder[];
  /** Free space of the backup's disk that it leaves alone, in bytes. */
  readonly leftFreeBytes: number;
  /** Called first in each round, in the backup's lane: writes what is no copy. */
  readonly writeOwn: () => Promise<void>;
  /** How often the folders are looked at, in milliseconds. */
  readonly everyMs?: number;
  /** How long one call of a disk may take before that is told, in milliseconds; asked each time. */
  readonly patienceMs?: () => number;
  /** A clock whose time {@link CopyState.hadAllMs} is. */
  readonly nowMs: () => number;
}

/** How a copy stands at one moment. */
export interface CopyState {
  readonly copiedBytes: number;
  /** What the originals have more, as far as is known. */
  readonly behindBytes: number;
  /** How long ago it had everything, in milliseconds. */
  readonly lagMs: number;
  /** When that was, by the clock of {@link FolderCopyOptions.nowMs}. */
  readonly hadAllMs: number;
  /** Why it does not go on at the moment; null when it does. */
  readonly problem: PlateauError | null;
}

/** What became of a copy. */
export interface CopyOutcome {
  /** Files that are byte by byte what their originals are, with their SHA-256. */
  readonly proven: ReadonlyMap<string, string>;
  /** Why others are not; null when all are. */
  readonly problem: PlateauError | null;
}

/** The copy is behind by so much and its round; more often would ask idle disks for nothing. */
const usualEveryMs = 500;
/** A USB disk that wakes up takes seconds; a disk that is silent for longer is told of. */
const usualPatienceMs = 10_000;
/** How often it is looked whether a disk still answers, in milliseconds. */
const lookEveryMs = 250;

/**
 * A second copy of folders whose files grow. It reads what is on the disk already, so that nothing waits for it, and a backup
 * that was slow or away catches up by itself. It holds two blocks of memory, whatever waits.
 */
export class FolderCopy {
  readonly #options: FolderCopyOptions;
  readonly #tools: CopyTools;
  /** By their names in the backup. */
  readonly #files = new Map<string, { readonly file: CopiedFile; readonly isProven: boolean }>();
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> | null = null;
  /** When a disk was asked, and which; null while none is. */
  #asked: { readonly atMs: number; readonly isOriginal: boolean } | null = null;
  #failure: PlateauError | null = null;
  #hadAllAtMs = performance.now();
  #hadAllMs: number;

  constructor(options: FolderCopyOptions) {
    this.#options = options;
    this.#hadAllMs = options.nowMs();
    this.#tools = {
      original: (lane, call) => this.#askOriginal(lane, call),
      copy: (call) => this.#ask(options.lane, call, false),
      buffer: Buffer.allocUnsafe(2 * copyChunkBytes),
    };
  }

  /** Begins; {@link FolderCopy.pause} or {@link FolderCopy.finish} ends it. */
  start(): void {
    this.#timer ??= setInterval(() => {
      void this.#runRound(false);
    }, this.#options.everyMs ?? usualEveryMs);
  }

  /** How it stands now. */
  get state(): CopyState {
    const files = [...this.#files.values()];
    return {
      copiedBytes: files.reduce((sum, { file }) => sum + file.copiedBytes, 0),
      behindBytes: files.reduce((sum, { file }) => sum + file.behindBytes, 0),
      lagMs: performance.now() - this.#hadAllAtMs,
      hadAllMs: this.#hadAllMs,
      problem: this.#silence ?? this.#failure,
    };
  }

  /** Copies what there is, and looks no more. Never rejects, and gives up on a disk that does not answer. */
  async pause(): Promise<void> {
    this.#stopTimer();
    await this.#unlessSilent(this.#afterRound(() => this.#runRound(false)));
  }

  /**
   * Copies what is new, holds each file against its original and removes copies whose originals are no more. Never rejects,
   * and gives up on a disk that does not answer.
   *
   * @param listed files of the take: a copy of one is never removed
   * @param signal ends it
   * @param onProgress called for as long as it goes on
   */
  async finish(
    listed: ReadonlySet<string>,
    signal: AbortSignal,
    onProgress: () => void,
  ): Promise<CopyOutcome> {
    this.#stopTimer();
    const proven = new Map<string, string>();
    const finished = this.#afterRound(async () => {
      await this.#runRound(true);
      if (this.#failure === null) await this.#proveAll(proven, listed, signal);
    });
    const problem = await this.#unlessSilent(finished, onProgress);
    if (signal.aborted) return { proven, problem: notProvenInTime() };
    return { proven, problem: problem ?? this.#failure };
  }

  /** Copies what was written since {@link FolderCopy.finish}. Never rejects, and gives up on a disk that does not answer. */
  async copyRest(): Promise<void> {
    this.#stopTimer();
    await this.#unlessSilent(this.#afterRound(() => this.#runRound(true)));
  }

  /** Makes a call of the backup's disk. @returns why it did not succeed; null when it did */
  async call(call: () => Promise<void>): Promise<PlateauError | null> {
    return this.#unlessSilent(
      this.#tools.copy(call).catch((thrown: unknown) => {
        throw backupError(thrown);
      }),
    );
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #afterRound(then: () => Promise<void>): Promise<void> {
    while (this.#round !== null) await this.#round;
    await then();
  }

  /** Of two at once the second does nothing. Never rejects: {@link FolderCopy.state} says what went wrong. */
  #runRound(isLast: boolean): Promise<void> {
    return (this.#round ??= this.#copyNew(isLast)
      .then(
        () => null,
        (thrown: unknown) => backupError(thrown),
      )
      .then((failure) => {
        this.#failure = failure;
        this.#round = null;
      }));
  }

  async #copyNew(isLast: boolean): Promise<void> {
    const [beganAtMs, beganMs] = [performance.now(), this.#options.nowMs()];
    const { folder, lane, leftFreeBytes, originals, writeOwn } = this.#options;
    const freeBytes = await this.#ask(lane, () => freeBytesOf(folder), false);
    if (freeBytes !== null && freeBytes < leftFreeBytes) throw backupDiskFull();
    await this.#tools.copy(writeOwn);
    const unreadable: OriginalUnreadable[] = [];
    for (const original of originals()) {
      await this.#copyFolder(original, isLast).catch((thrown: unknown) => {
        // The others may be on a disk that works.
        if (!(thrown instanceof OriginalUnreadable)) throw thrown;
        unreadable.push(thrown);
      });
    }
    if (unreadable.length > 0) throw originalUnreadable(unreadable[0]);
    this.#hadAllAtMs = beganAtMs;
    this.#hadAllMs = beganMs;
  }

  async #copyFolder(original: OriginalFolder, isLast: boolean): Promise<void> {
    const { lane, nameOf, path } = original;
    const entries = await this.#askOriginal(lane, () => readdir(path, { withFileTypes: true }));
    for (const entry of entries) {
      const name = entry.isFile() ? nameOf(entry.name) : null;
      if (name === null) continue;
      const known = this.#files.get(name) ?? {
        file: new CopiedFile(join(path, entry.name), lane, join(this.#options.folder, name), this.#tools),
        isProven: original.isProven(entry.name),
      };
      this.#files.set(name, known);
      await known.file.update(isLast);
    }
  }

  async #proveAll(
    proven: Map<string, string>,
    listed: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const names = new Set<string>();
    for (const { lane, nameOf, path } of this.#options.originals())
      for (const name of await this.#askOriginal(lane, () => readdir(path))) names.add(nameOf(name) ?? '');
    for (const [name, { file, isProven }] of this.#files) {
      if (isProven && names.has(name)) proven.set(name, await file.prove(signal));
    }
    const others = [...this.#files].filter(([name]) => !names.has(name));
    // Somebody has deleted a finished file: the backup has the only one.
    if (others.some(([name]) => listed.has(name))) throw originalUnreadable();
    // Segments that became one file. Nothing is removed before everything else is there.
    for (const [name, { file }] of others) {
      await file.remove();
      this.#files.delete(name);
    }
  }

  async #askOriginal<Value>(lane: DiskLane, call: () => Promise<Value>): Promise<Value> {
    try {
      return await this.#ask(lane, call, true);
    } catch (thrown) {
      throw new OriginalUnreadable(thrown);
    }
  }

  async #ask<Value>(lane: DiskLane, call: () => Promise<Value>, isOriginal: boolean): Promise<Value> {
    const asked = { atMs: performance.now(), isOriginal };
    this.#asked = asked;
    try {
      return await lane.run(call);
    } finally {
      if (this.#asked === asked) this.#asked = null;
    }
  }

  /** A disk that has not answered for a while. */
  get #silence(): PlateauError | null {
    const patienceMs = this.#options.patienceMs?.() ?? usualPatienceMs;
    if (this.#asked === null || performance.now() - this.#asked.atMs < patienceMs) return null;
    return this.#asked.isOriginal ? originalUnreadable() : backupNotAnswering();
  }

  /** @returns why it did not come to its end; null when it did */
  async #unlessSilent(
    work: Promise<void>,
    onProgress: () => void = () => undefined,
  ): Promise<PlateauError | null> {
    let timer: NodeJS.Timeout | undefined;
    let asked = this.#asked;
    const silent = new Promise<PlateauError>((resolve) => {
      timer = setInterval(() => {
        const silence = this.#silence;
        if (silence !== null) resolve(silence);
        if (asked !== this.#asked) onProgress();
        asked = this.#asked;
      }, lookEveryMs);
    });
    try {
      return await Promise.race([
        work.then(
          () => null,
          (thrown: unknown) => backupError(thrown),
        ),
        silent,
      ]);
    } finally {
      clearInterval(timer);
      work.catch(() => undefined);
    }
  }
}
