import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ErrorReport } from '../../src-main/contract/errors.js';
import type { TakeEntry, TakeVerificationResult } from '../../src-main/contract/takes.js';
import { formatSeconds } from '../../src-main/format/content-text.js';
import type { Session } from './session.js';

export interface TakesState {
  /** Null until they were listed for the first time. */
  readonly entries: readonly TakeEntry[] | null;
  readonly isLoading: boolean;
  /** Why they could not be listed the last time; null when they could. */
  readonly listProblem: ErrorReport | null;
  readonly selected: string | null;
  /** The file of the selected take that is in the player. */
  readonly file: string | null;
  /** Takes that are being verified, 0 to 1. */
  readonly verifying: Readonly<Record<string, number>>;
  readonly verified: Readonly<Record<string, TakeVerificationResult>>;
  /** The take that waits for a yes before it is deleted. */
  readonly deleting: string | null;
}

/** The list of takes and what is done with one of them. */
export class Takes {
  readonly store: StoreApi<TakesState> = createStore(() => ({
    entries: null,
    isLoading: false,
    listProblem: null,
    selected: null,
    file: null,
    verifying: {},
    verified: {},
    deleting: null,
  }));
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  get selectedEntry(): TakeEntry | null {
    const { entries, selected } = this.store.getState();
    return entries?.find(({ takeName }) => takeName === selected) ?? null;
  }

  async refresh(): Promise<void> {
    this.store.setState({ isLoading: true });
    const result = await this.#session.run('listTakes', {}, { isQuiet: true });
    if (!result.ok) {
      this.store.setState({ isLoading: false, listProblem: result.error });
      return;
    }
    const entries = [...result.value].sort((one, other) => other.startedAt.localeCompare(one.startedAt));
    const { selected } = this.store.getState();
    const isStillThere = entries.some(({ takeName }) => takeName === selected);
    this.store.setState({ entries, isLoading: false, listProblem: null });
    if (!isStillThere) this.select(entries[0]?.takeName ?? null);
  }

  select(takeName: string | null): void {
    if (takeName === this.store.getState().selected) return;
    this.store.setState({ selected: takeName, file: null });
  }

  /** Selects the take before or after the selected one. */
  step(offset: 1 | -1): void {
    const { entries, selected } = this.store.getState();
    if (entries === null || entries.length === 0) return;
    const index = entries.findIndex(({ takeName }) => takeName === selected);
    const next = entries[Math.min(entries.length - 1, Math.max(0, index + offset))];
    this.select(next?.takeName ?? null);
  }

  play(file: string | null): void {
    this.store.setState({ file });
  }

  async verify(takeName: string): Promise<void> {
    if (takeName in this.store.getState().verifying) return;
    this.showProgress(takeName, 0);
    const result = await this.#session.run('verifyTake', { takeName });
    this.store.setState(({ verifying, verified }) => ({
      verifying: without(verifying, takeName),
      verified: result.ok ? { ...verified, [takeName]: result.value } : verified,
    }));
    await this.refresh();
  }

  /** A verification's progress as the engine tells it; also of those that another window asked for. */
  showProgress(takeName: string, fraction: number): void {
    this.store.setState(({ verifying }) => ({ verifying: { ...verifying, [takeName]: fraction } }));
  }

  acceptProgress(takeName: string, fraction: number): void {
    if (takeName in this.store.getState().verifying) this.showProgress(takeName, fraction);
  }

  /** Finishes what an interrupted recorder left. @returns whether it could be done */
  async recover(takeName: string): Promise<boolean> {
    const result = await this.#session.run('recoverTake', { takeName });
    if (result.ok) {
      const { isWhole, lostMs } = result.value;
      const lost = lostMs === 0 ? 'Nothing is lost.' : `At most ${formatSeconds(lostMs)} are lost.`;
      if (isWhole) this.#session.notify('success', `${takeName} was recovered. ${lost}`);
      else
        this.#session.notify(
          'warning',
          `${takeName} was recovered in part. Its other files play as they are.`,
        );
    }
    await this.refresh();
    return result.ok;
  }

  askToDelete(takeName: string | null): void {
    this.store.setState({ deleting: takeName });
  }

  async remove(takeName: string): Promise<void> {
    // The player holds the file open, which some systems refuse to delete.
    this.store.setState({ deleting: null, file: null });
    const result = await this.#session.run('deleteTake', { takeName });
    if (!result.ok) return;
    this.store.setState(({ verified }) => ({ verified: without(verified, takeName) }));
    this.#session.notify('info', `${takeName} was deleted.`);
    await this.refresh();
  }
}

function without<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
