import type { EndedTake, TakeOutcome } from '../contract/ended-take.js';
import { type PlateauError, toPlateauError } from '../contract/errors.js';
import type { Manifest } from '../contract/manifest.js';
import { backupProblem } from '../format/backup-text.js';
import { outcomeOf } from '../format/take-outcome.js';
import type { Recorder } from '../recorder/recorder.js';
import type { EndingTake } from '../recorder/take-end.js';

/** Takes whose outcome is known, and is still told: a console that was away for a moment hears of each. */
const maxKnown = 4;

export interface EndedTakesHooks {
  readonly onChanged: () => void;
  /** The take is as it should be, and something beside it is not. */
  readonly onProblem: (problem: PlateauError) => void;
}

/** The takes of a recorder that have ended, however that was: by a person, their time, the server, a full disk. */
export class EndedTakes {
  readonly #hooks: EndedTakesHooks;
  #list: readonly EndedTake[] = [];
  readonly #followed = new Set<Promise<void>>();

  constructor(recorder: Pick<Recorder, 'on'>, hooks: EndedTakesHooks) {
    this.#hooks = hooks;
    recorder.on('ending', (take) => {
      const followed = this.#follow(take).finally(() => this.#followed.delete(followed));
      this.#followed.add(followed);
    });
  }

  /** The oldest first: those that are being checked, and the latest others. */
  get list(): readonly EndedTake[] {
    return this.#list;
  }

  /** Waits until the outcome of each is known that has ended by now. Never rejects. */
  async known(): Promise<void> {
    await Promise.allSettled(this.#followed);
  }

  async #follow({ cause, checked, reason, takeName }: EndingTake): Promise<void> {
    const endedAt = new Date().toISOString();
    const ended = { takeName, endedAt, reason, cause: cause?.toReport() ?? null, outcome: null };
    this.#become([...this.#list, ended]);
    const outcome = await outcomeWhen(checked, (manifest) => {
      const lacking = backupProblem(manifest.backup);
      // What made the take end is worse, and is told already.
      if (lacking !== null && cause === null) this.#hooks.onProblem(lacking);
    });
    this.#become(this.#list.map((one) => (one === ended ? { ...ended, outcome } : one)));
  }

  #become(list: readonly EndedTake[]): void {
    const known = list.filter(({ outcome }) => outcome !== null).slice(-maxKnown);
    this.#list = list.filter((one) => one.outcome === null || known.includes(one));
    this.#hooks.onChanged();
  }
}

async function outcomeWhen(
  checked: Promise<Manifest>,
  onChecked: (manifest: Manifest) => void,
): Promise<TakeOutcome> {
  try {
    const manifest = await checked;
    onChecked(manifest);
    return outcomeOf(manifest);
  } catch (thrown) {
    return { files: 0, isVerified: false, account: null, problem: toPlateauError(thrown).toReport() };
  }
}
