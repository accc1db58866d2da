import { toPlateauError } from '../../contract/errors.js';
import type { TakeClock } from '../../pipeline/take-clock.js';
import { CopyReplay } from '../replay/copy-replay.js';
import type { CopyReport, CopyState } from './copy-reports.js';
import type { CopyRequest } from './copy-requests.js';

type BeginRequest = Extract<CopyRequest, { type: 'begin' }>;
type ReplayRequest = Extract<CopyRequest, { type: 'cutReplay' | 'writeReplay' }>;

/** Where the replay buffer of a copied take is asked, and answers. */
export class ReplayHost {
  readonly #send: (report: CopyReport) => void;
  readonly #replay: CopyReplay | null;
  #saving: Promise<void> = Promise.resolve();

  /** @param begin how much is kept; nothing where it says nothing of it */
  constructor(
    send: (report: CopyReport) => void,
    { ffmpegPath, replay }: Pick<BeginRequest, 'ffmpegPath' | 'replay'>,
    clock: Pick<TakeClock, 'nowMs'>,
  ) {
    this.#send = send;
    this.#replay = replay === undefined ? null : CopyReplay.with(ffmpegPath, { ...replay, clock });
  }

  /** Asked for each file of the take; undefined where nothing is kept. */
  get keeper(): CopyReplay['open'] | undefined {
    return this.#replay?.open;
  }

  /** As the recorder is told of it; undefined where nothing is kept. */
  get state(): CopyState['replay'] {
    return this.#replay?.state;
  }

  /** Called a few times a second. */
  tick(): void {
    this.#replay?.tick();
  }

  /** Resolves when nothing is being saved any more; never rejects. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  /** Does what is asked, one after the other, and answers. */
  receive(request: ReplayRequest): void {
    this.#saving = this.#saving.then(() =>
      request.type === 'cutReplay' ? this.#cut(request.askedMs) : this.#write(request.path),
    );
  }

  async #cut(askedMs: number): Promise<void> {
    try {
      const cut = (await this.#replay?.cut(askedMs)) ?? null;
      this.#send({ type: 'replayCut', failure: null, cut });
    } catch (thrown) {
      this.#send({ type: 'replayCut', failure: toPlateauError(thrown).toReport(), cut: null });
    }
  }

  async #write(path: string | null): Promise<void> {
    if (path === null) {
      this.#replay?.drop();
      return;
    }
    try {
      const files = (await this.#replay?.write(path)) ?? [];
      this.#send({ type: 'replayWritten', failure: null, files });
    } catch (thrown) {
      this.#send({ type: 'replayWritten', failure: toPlateauError(thrown).toReport(), files: [] });
    }
  }
}
