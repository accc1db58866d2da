import type { ManifestFile } from '../../contract/manifest.js';
import type { ForkedChild } from '../../process/forked-child.js';
import type { CopiedReplay } from '../../take/take-media.js';
import type { CopyReport, CopyState } from './copy-reports.js';
import type { CopyRequest } from './copy-requests.js';
import { errorOf } from './told-error.js';

/** A process that is blocked itself may take so long to cut, in milliseconds. */
const cutPatienceMs = 15_000;
/** Half a gigabyte on a poor USB stick: so long it may take to write, in milliseconds. */
const writePatienceMs = 300_000;

type Child = Pick<ForkedChild<CopyRequest, CopyReport>, 'send' | 'waitFor'>;
type Cut = Extract<CopyReport, { type: 'replayCut' }>;
type Written = Extract<CopyReport, { type: 'replayWritten' }>;

/** The replay buffer of a copied take, which another process keeps: as that one tells of it, and saves it. */
export class RemoteReplay implements CopiedReplay {
  readonly #child: Child;
  #state: CopiedReplay['state'] = { spanMs: 0, heldBytes: 0, isCapped: false };
  #saving: Promise<unknown> = Promise.resolve();

  constructor(child: Child) {
    this.#child = child;
  }

  /** What it holds, as it was told of last. */
  get state(): CopiedReplay['state'] {
    return this.#state;
  }

  /** Takes what the process tells. */
  take(state: CopyState['replay']): void {
    if (state !== undefined) this.#state = state;
  }

  /** The process is gone, and what it held. */
  gone(): void {
    this.#state = { spanMs: 0, heldBytes: 0, isCapped: false };
  }

  /** Resolves when nothing is being written any more; never rejects. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  /** As {@link CopiedReplay.cut}. @throws PlateauError `receiverEnded` when the process is gone, or does not answer */
  async cut(askedMs: number): Promise<Awaited<ReturnType<CopiedReplay['cut']>>> {
    const answer = this.#child.waitFor(isCut, cutPatienceMs);
    await this.#child.send({ type: 'cutReplay', askedMs });
    const { cut, failure } = await answer;
    if (failure !== null) throw errorOf(failure);
    return cut;
  }

  /** As {@link CopiedReplay.write}. @throws PlateauError as it tells: `outputUnwritable`, `diskFull`; as the other */
  async write(path: string): Promise<ManifestFile[]> {
    const answer = this.#child.waitFor(isWritten, writePatienceMs);
    this.#saving = answer.catch(() => undefined);
    await this.#child.send({ type: 'writeReplay', path });
    const { failure, files } = await answer;
    if (failure !== null) throw errorOf(failure);
    return files;
  }

  /** As {@link CopiedReplay.drop}. */
  drop(): void {
    this.#child.send({ type: 'writeReplay', path: null }).catch(() => undefined);
  }
}

function isCut(report: CopyReport): report is Cut {
  return report.type === 'replayCut';
}

function isWritten(report: CopyReport): report is Written {
  return report.type === 'replayWritten';
}
