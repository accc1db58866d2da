import type { Manifest } from '../contract/manifest.js';
import type { TakeCheck } from '../contract/takes.js';
import type { CheckProgress, StopHooks } from '../take/finish-take.js';
import type { Take } from '../take/take.js';
import { CommandLane } from './command-lane.js';

/** Told again at each step of so much: whoever shows it need not draw every packet. */
const leastStep = 0.01;

/** The takes of a recorder that have ended and are being checked, one after the other. Whoever started them forgets them here. */
export class TakeChecks {
  readonly #onChanged: () => void;
  readonly #lane = new CommandLane();
  readonly #takes = new Map<Take, { progress: CheckProgress | null; readonly done: Promise<unknown> }>();

  /** @param onChanged called when {@link TakeChecks.list} has changed */
  constructor(onChanged: () => void) {
    this.#onChanged = onChanged;
  }

  /** Those whose files play, the oldest first. */
  get list(): readonly TakeCheck[] {
    return [...this.#takes].flatMap(([{ folder }, { progress }]) =>
      progress === null ? [] : [{ takeName: folder.name, ...progress }],
    );
  }

  /** The one that ended last and is not checked yet; null when there is none. */
  get latest(): Take | null {
    return [...this.#takes.keys()].at(-1) ?? null;
  }

  /** Packets of each stream of those that are not checked yet. */
  readonly packets = (): readonly number[] => [...this.#takes.keys()].flatMap(({ packets }) => packets);

  /**
   * Stops a take.
   *
   * @returns when its files play, or it has ended otherwise; `checked` is what the stop comes to
   * @throws PlateauError what the stop throws before that
   */
  async stop(
    take: Take,
    onProgress: (fraction: number) => void,
  ): Promise<{ readonly checked: Promise<Manifest> }> {
    let isUsable: () => void = () => undefined;
    const usable = new Promise<void>((resolve) => {
      isUsable = resolve;
    });
    const hooks: StopHooks = {
      onUsable: () => isUsable(),
      onCheck: (progress) => this.#progressed(take, progress),
      inTurn: (check) => this.#lane.run(check),
    };
    const checked = take.stop(onProgress, hooks).finally(() => {
      this.#takes.delete(take);
      this.#onChanged();
    });
    this.#takes.set(take, { progress: null, done: checked });
    // Somebody may hear of it only later.
    checked.catch(() => undefined);
    await Promise.race([usable, checked]);
    return { checked };
  }

  /** Waits until all of them are checked, or could not be. Never rejects. */
  async done(): Promise<void> {
    await Promise.allSettled([...this.#takes.values()].map(({ done }) => done));
  }

  #progressed(take: Take, progress: CheckProgress): void {
    const known = this.#takes.get(take);
    if (known === undefined) return;
    if (!hasComeFurther(known.progress, progress)) return;
    known.progress = progress;
    this.#onChanged();
  }
}

/** Whether a check has come so much further since it was told of that it is told of again. @param before null at first */
export function hasComeFurther(
  before: Pick<CheckProgress, 'checked' | 'fraction'> | null | undefined,
  { checked, fraction }: CheckProgress,
): boolean {
  return before?.checked !== checked || fraction - before.fraction >= leastStep;
}
