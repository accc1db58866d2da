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
  #saving: Promise<void> = Promise.resolve();
  /** What is saved is written, or nobody wants it any more. */
  #saved: () => void = () => undefined;

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

  /** Resolves when nothing is being saved any more, from the cut on; never rejects. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  /** As {@link CopiedReplay.cut}. @throws PlateauError `receiverEnded` when the process is gone, or does not answer */
  async cut(askedMs: number): Promise<Awaited<ReturnType<CopiedReplay['cut']>>> {
    this.#saving = new Promise((resolve) => {
      this.#saved = resolve;
    });
    let isHeld = false;
    try {
      const answer = this.#child.waitFor(isCut, cutPatienceMs);
      await this.#child.send({ type: 'cutReplay', askedMs });
      const { cut, failure } = await answer;
      if (failure !== null) throw errorOf(failure);
      isHeld = cut !== null;
      return cut;
    } finally {
      // What is held is written, or dropped.
      if (!isHeld) this.#saved();
    }
  }

  /** As {@link CopiedReplay.write}. @throws PlateauError as it tells: `outputUnwritable`, `diskFull`; as the other */
  async write(path: string): Promise<ManifestFile[]> {
    try {
      const answer = this.#child.waitFor(isWritten, writePatienceMs);
      await this.#child.send({ type: 'writeReplay', path });
      const { failure, files } = await answer;
      if (failure !== null) throw errorOf(failure);
      return files;
    } finally {
      this.#saved();
    }
  }

  /** As {@link CopiedReplay.drop}. */
  drop(): void {
    this.#saved();
    this.#child.send({ type: 'writeReplay', path: null }).catch(() => undefined);
  }
}

function isCut(report: CopyReport): report is Cut {
  return report.type === 'replayCut';
}

function isWritten(report: CopyReport): report is Written {
  return report.type === 'replayWritten';
}
