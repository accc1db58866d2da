import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlateauError } from '../contract/errors.js';
import { type TakeLockContent, takeLockSchema } from '../contract/take-lock.js';
import {
  isProcessAlive,
  ownIdentity,
  type ProcessIdentity,
  startOfProcess,
} from '../process/process-identity.js';
import { hasCode } from '../process/system-error.js';
import { DiskLane } from './disk-lanes.js';
import { outputError } from './take-folder.js';

/** Its name inside the take's folder. */
export const takeLockName = '.plateau-lock.json';
/** A heartbeat each half second: how exactly it is known when a process was killed. In milliseconds. */
export const beatEveryMs = 500;
/** A process on another machine that has not written for so long is taken for ended, in milliseconds. */
const staleAfterMs = 30_000;

async function writerOf(pid: number): Promise<TakeLockContent['writer']> {
  return { pid, started: await startOfProcess(pid) };
}

/** What stands in the way of whoever wants to work on a take. */
export type TakeLockState =
  | { readonly kind: 'free' }
  /** Its process is gone. The heartbeat says when it was last seen. */
  | { readonly kind: 'orphaned'; readonly lock: TakeLockContent }
  | {
      readonly kind: 'held';
      readonly lock: TakeLockContent;
      readonly isOwn: boolean;
      /** Its process is gone, and the one that writes its files is ending them. */
      readonly isEnding?: boolean;
    };

/**
 * Keeps a take for this process, with a heartbeat. Released by {@link TakeLock.release}, or by nobody when the process
 * is killed: then its pid and start say that it is gone, and the take can be recovered.
 */
export class TakeLock {
  readonly #path: string;
  readonly #identity: ProcessIdentity;
  #writer: TakeLockContent['writer'];
  #work: TakeLockContent['work'];
  readonly #takeMs: () => number;
  readonly #lane: DiskLane;
  #timer: NodeJS.Timeout | null = null;
  #beat: Promise<void> | null = null;
  #isReleased = false;

  private constructor(
    path: string,
    identity: ProcessIdentity,
    work: TakeLockContent['work'],
    takeMs: () => number,
    lane: DiskLane,
    writer: TakeLockContent['writer'],
  ) {
    this.#lane = lane;
    this.#writer = writer;
    this.#path = path;
    this.#identity = identity;
    this.#work = work;
    this.#takeMs = takeMs;
  }

  /**
   * Takes the lock of a folder. That of a process that is gone is replaced.
   *
   * @param takeMs asked at each heartbeat: the time on the take's timeline
   * @param lane in which heartbeats are written, so that none holds a thread beside the take's other calls
   * @param writerPid of a process of its own that writes the files
   * @throws PlateauError `takeInUse` when a living process holds it; `outputUnwritable`, `diskFull`
   */
  static async acquire(
    folder: string,
    work: TakeLockContent['work'],
    takeMs: () => number,
    lane = new DiskLane(),
    writerPid?: number,
  ): Promise<TakeLock> {
    const writer = writerPid === undefined ? undefined : await writerOf(writerPid);
    const lock = new TakeLock(join(folder, takeLockName), await ownIdentity(), work, takeMs, lane, writer);
    try {
      if (!(await lock.#replaceOrphan())) await lock.#create();
    } catch (thrown) {
      if (!hasCode(thrown, 'EEXIST')) throw outputError(thrown);
      const state = await stateOf(lock.#path);
      throw takeInUse(state.kind === 'orphaned' ? await stateOf(lock.#claim) : state);
    }
    lock.#timer = setInterval(() => {
      lock.#beat ??= lock.#write().finally(() => {
        lock.#beat = null;
      });
    }, beatEveryMs);
    lock.#timer.unref();
    return lock;
  }

  /** Something else is being done with the take from now on. Never rejects: a disk that refuses has no say here. */
  async changeWork(work: TakeLockContent['work']): Promise<void> {
    this.#work = work;
    await this.#beat;
    if (!this.#isReleased) await this.#write();
  }

  /** Another process of its own writes the files from now on. As {@link TakeLock.changeWork}. @param pid of it */
  async changeWriter(pid: number): Promise<void> {
    this.#writer = await writerOf(pid);
    await this.#beat;
    if (!this.#isReleased) await this.#write();
  }

  /** Ends the heartbeat and gives the take free. Never rejects: a disk that is gone has no lock any more. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#beat;
    await rm(this.#path, { force: true }).catch(() => undefined);
  }

  /** Only where there is none: of two that come at once, one succeeds. */
  async #create(): Promise<void> {
    const temporary = this.#temporary();
    await writeFile(temporary, this.#content(), { flag: 'wx' });
    try {
      await link(temporary, this.#path).catch(async (thrown: unknown) => {
        if (hasCode(thrown, 'EEXIST')) throw thrown;
        // A file system without hard links (FAT, some network shares).
        await writeFile(this.#path, this.#content(), { flag: 'wx' });
      });
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /**
   * Takes the place of a lock whose process is gone, in one step. Whoever looked at it before somebody quicker did so would
   * take that one's new lock away: so one at a time may, and looks again.
   *
   * @returns whether it did; false where there is no such lock
   */
  async #replaceOrphan(): Promise<boolean> {
    if ((await stateOf(this.#path)).kind !== 'orphaned') return false;
    if ((await stateOf(this.#claim)).kind === 'orphaned') await rm(this.#claim, { force: true });
    await writeFile(this.#claim, this.#content(), { flag: 'wx' });
    const temporary = `${this.#path}.${randomBytes(4).toString('hex')}.tmp`;
    try {
      if ((await stateOf(this.#path)).kind !== 'orphaned') return false;
      await writeFile(temporary, this.#content(), { flag: 'wx' });
      await rename(temporary, this.#path);
      return true;
    } finally {
      await rm(temporary, { force: true });
      await rm(this.#claim, { force: true });
    }
  }

  get #claim(): string {
    return `${this.#path}.claim`;
  }

  #write(): Promise<void> {
    return this.#lane.run(() => this.#replace());
  }

  /** Written beside it and renamed over it: a reader sees a whole heartbeat. A disk that refuses has no say here. */
  async #replace(): Promise<void> {
    const temporary = this.#temporary();
    try {
      await writeFile(temporary, this.#content());
      if (this.#isReleased) await rm(temporary, { force: true });
      else await rename(temporary, this.#path);
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  #temporary(): string {
    return `${this.#path}.${this.#identity.pid}.tmp`;
  }

  #content(): string {
    const content: TakeLockContent = {
      schema: 'plateau.lock/1',
      ...this.#identity,
      ...(this.#writer !== undefined && { writer: this.#writer }),
      work: this.#work,
      beatAt: new Date().toISOString(),
      beatTakeMs: Math.max(0, this.#takeMs()),
    };
    return `${JSON.stringify(content)}\n`;
  }
}

/** Whether somebody works on a take, and whether they are still there. */
export function lockState(folder: string): Promise<TakeLockState> {
  return stateOf(join(folder, takeLockName));
}

async function stateOf(path: string): Promise<TakeLockState> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return { kind: 'free' };
  const lock = parse(text);
  // Nobody can say whose it is; whoever writes each half second would have mended it.
  if (lock === null) {
    const unknown = lockOfUnknown();
    const isHeld = await isFresh(path);
    return isHeld ? { kind: 'held', lock: unknown, isOwn: false } : { kind: 'orphaned', lock: unknown };
  }
  const isAlive = (await isProcessAlive(lock)) ?? (await isFresh(path, lock));
  if (!isAlive && (await isWriterAlive(lock))) return { kind: 'held', lock, isOwn: false, isEnding: true };
  if (!isAlive) return { kind: 'orphaned', lock };
  return { kind: 'held', lock, isOwn: lock.pid === process.pid && (await isOwn(lock)) };
}

/**
 * Refuses a take that a living process works on.
 *
 * @throws PlateauError `takeInUse`
 */
export async function assertNotInUse(folder: string): Promise<void> {
  const state = await lockState(folder);
  if (state.kind === 'held') throw takeInUse(state);
}

/** The error of what may not be done to a take because a living process works on it. */
export function takeInUse(state: TakeLockState): PlateauError {
  const lock = state.kind === 'free' ? null : state.lock;
  const who = lock === null ? '' : ` (process ${lock.pid} on ${lock.host.split(' ')[0] ?? ''})`;
  if (state.kind === 'held' && state.isEnding === true) {
    return new PlateauError(
      'takeInUse',
      `The recorder of the take is gone, and its files are being ended${who}.`,
      'Try again in some seconds.',
    );
  }
  if (lock?.work === 'checking') {
    return new PlateauError('takeInUse', `The take is being checked${who}.`, 'Wait until it is finished.');
  }
  if (lock?.work === 'delivering') {
    return new PlateauError(
      'takeInUse',
      `MP4 files of the take are being made already${who}.`,
      'Wait until they are finished, or end that first.',
    );
  }
  if (lock?.work === 'editing') {
    return new PlateauError(
      'takeInUse',
      `The take is being edited elsewhere${who}.`,
      'Try again in a moment.',
    );
  }
  return lock?.work === 'recovering'
    ? new PlateauError(
        'takeInUse',
        `The take is being recovered elsewhere${who}.`,
        'Wait until it is finished.',
      )
    : new PlateauError('takeInUse', `The take is being recorded elsewhere${who}.`, 'Stop it there first.');
}

function parse(text: string): TakeLockContent | null {
  try {
    return takeLockSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Of a take of this machine alone: elsewhere nobody can know. */
async function isWriterAlive({ host, writer }: TakeLockContent): Promise<boolean> {
  return writer !== undefined && (await isProcessAlive({ host, ...writer })) === true;
}

async function isOwn(lock: TakeLockContent): Promise<boolean> {
  const own = await ownIdentity();
  return own.host === lock.host && own.started === lock.started;
}

/** The later of what the file system and the other machine's clock say; a clock that is ahead is no reason to doubt. */
async function isFresh(path: string, lock?: TakeLockContent): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
  const beatMs = lock === undefined ? 0 : Date.parse(lock.beatAt);
  return Date.now() - Math.max(mtimeMs, beatMs) < staleAfterMs;
}

function lockOfUnknown(): TakeLockContent {
  return {
    ...{ schema: 'plateau.lock/1', host: 'unknown', pid: 1, started: null, work: 'recording' },
    ...{ beatAt: new Date().toISOString(), beatTakeMs: 0 },
  };
}
