import { createStore, type StoreApi } from 'zustand/vanilla';
import type { DeliverableSettings } from '../../src-main/contract/deliverables.js';
import type { ErrorReport } from '../../src-main/contract/errors.js';
import type { TakeMemory } from '../../src-main/contract/history.js';
import type { Marker } from '../../src-main/contract/manifest.js';
import type {
  TakeDescription,
  TakeEntry,
  TakeVerificationResult,
  TrashedTake,
} from '../../src-main/contract/takes.js';
import { formatBytes } from '../../src-main/format/bytes.js';
import { recoveredText } from '../../src-main/format/content-text.js';
import { formatQuantity } from '../../src-main/format/number.js';
import { formatTimecode } from '../../src-main/format/time.js';
import { levelOfContent } from '../derive/content.js';
import { chooseTakes, type TakeOrder } from '../derive/take-list.js';
import { asVerified } from '../derive/verified-entry.js';
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
  /** Whether all files of the selected take are in the player. */
  readonly isPlayerOpen: boolean;
  /** The marker whose name and note are being written. */
  readonly marking: { readonly takeName: string; readonly marker: Marker } | null;
  /** Takes that are being verified, 0 to 1. */
  readonly verifying: Readonly<Record<string, number>>;
  readonly verified: Readonly<Record<string, TakeVerificationResult>>;
  /** The take that waits for a yes before it is deleted. */
  readonly deleting: string | null;
  /** The take of which MP4 files are to be made; it is being chosen how. */
  readonly delivering: string | null;
  /** The take whose title and note are being written. */
  readonly describing: string | null;
  /** The memory of the selected take over time; null while nobody has asked for it. */
  readonly memory: ReadMemory | null;
  /** What is looked for; empty for all takes. */
  readonly query: string;
  /** How often somebody asked for the search by its key: it has the focus each time. */
  readonly searchAsked: number;
  readonly order: TakeOrder;
  /** Deleted takes that can be restored, the latest first. */
  readonly trash: readonly TrashedTake[];
  readonly isTrashOpen: boolean;
}

/** What has become of the question for a take's memory. */
export interface ReadMemory {
  readonly takeName: string;
  /** Null while it is read, and where it could not be. */
  readonly curve: TakeMemory | null;
  readonly problem: ErrorReport | null;
}

/** The list of takes and what is done with one of them. */
export class Takes {
  readonly store: StoreApi<TakesState> = createStore(() => ({
    entries: null,
    isLoading: false,
    listProblem: null,
    selected: null,
    file: null,
    isPlayerOpen: false,
    marking: null,
    verifying: {},
    verified: {},
    deleting: null,
    delivering: null,
    describing: null,
    memory: null,
    query: '',
    searchAsked: 0,
    order: 'newest',
    trash: [],
    isTrashOpen: false,
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
    // An older recorder has no trash.
    const trash = await this.#session.run('listTrash', {}, { isQuiet: true });
    const { verified } = this.store.getState();
    this.store.setState({
      entries: result.value.map((entry) => asVerified(entry, verified[entry.takeName])),
      isLoading: false,
      listProblem: null,
      trash: trash.ok ? trash.value : [],
    });
    this.#selectShown();
  }

  /** The takes that the list shows, in its order. */
  get shown(): readonly TakeEntry[] {
    const { entries, query, order } = this.store.getState();
    return chooseTakes(entries ?? [], query, order);
  }

  search(query: string): void {
    this.store.setState({ query });
    this.#selectShown();
  }

  askToSearch(): void {
    this.store.setState(({ searchAsked }) => ({ searchAsked: searchAsked + 1 }));
  }

  sort(order: TakeOrder): void {
    this.store.setState({ order });
  }

  /** What is shown beside the list is a line of it. */
  #selectShown(): void {
    const { selected } = this.store.getState();
    const { shown } = this;
    if (!shown.some(({ takeName }) => takeName === selected)) this.select(shown[0]?.takeName ?? null);
  }

  select(takeName: string | null): void {
    if (takeName === this.store.getState().selected) return;
    this.store.setState({ selected: takeName, file: null, isPlayerOpen: false, memory: null });
  }

  /** Selects the take before or after the selected one. */
  step(offset: 1 | -1): void {
    const { shown } = this;
    const { selected } = this.store.getState();
    const index = shown.findIndex(({ takeName }) => takeName === selected);
    const next = shown[Math.min(shown.length - 1, Math.max(0, index + offset))];
    this.select(next?.takeName ?? null);
  }

  /** Plays one file alone, or none. */
  play(file: string | null): void {
    this.store.setState({ file, isPlayerOpen: false });
  }

  /** Plays all files of the selected take together, or closes their player. */
  showPlayer(isOpen: boolean): void {
    this.store.setState({ file: null, isPlayerOpen: isOpen });
  }

  /** Asks for a take's memory over time. What was read of it stays until the answer is there. */
  async readMemory(takeName: string): Promise<void> {
    const isOf = (memory: ReadMemory | null): boolean => memory?.takeName === takeName;
    if (!isOf(this.store.getState().memory))
      this.store.setState({ memory: { takeName, curve: null, problem: null } });
    const result = await this.#session.run('readTakeMemory', { takeName }, { isQuiet: true });
    // Another take may have been selected meanwhile.
    if (!isOf(this.store.getState().memory)) return;
    this.store.setState({
      memory: result.ok
        ? { takeName, curve: result.value, problem: null }
        : { takeName, curve: null, problem: result.error },
    });
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
      const { content = null, isWhole, lostMs } = result.value;
      const level = levelOfContent(content);
      if (isWhole)
        this.#session.notify(level, `${takeName} was recovered. ${recoveredText(lostMs, content)}`);
      else
        this.#session.notify(
          'warning',
          `${takeName} was recovered in part. Its other files play as they are.`,
        );
    }
    await this.refresh();
    return result.ok;
  }

  askToDeliver(takeName: string | null): void {
    this.store.setState({ delivering: takeName });
  }

  /** Has MP4 files made of a take when it is its turn. How is remembered for the next one. */
  async deliver(takeName: string, settings: DeliverableSettings): Promise<void> {
    this.store.setState({ delivering: null });
    const { console } = this.#session.store.getState();
    const { fps: mp4Fps, size: mp4Size } = settings;
    if (console?.settings.mp4Fps !== mp4Fps || console.settings.mp4Size !== mp4Size)
      await this.#session.run('updateSettings', { mp4Fps, mp4Size });
    const result = await this.#session.run('deliverTake', { takeName, settings });
    if (result.ok && result.value.ahead > 0)
      this.#session.notify(
        'info',
        `MP4 files of ${takeName} are made after ${formatQuantity(result.value.ahead, 'other take')}.`,
      );
  }

  askToDelete(takeName: string | null): void {
    this.store.setState({ deleting: takeName });
  }

  /** @param isForGood deletes it at once; otherwise it goes to the trash, and can be restored */
  async remove(takeName: string, isForGood: boolean): Promise<void> {
    // The player holds the file open, which some systems refuse to delete or to move.
    this.store.setState({ deleting: null, file: null, isPlayerOpen: false });
    const result = await this.#session.run('deleteTake', { takeName, isForGood });
    if (!result.ok) return;
    this.store.setState(({ verified }) => ({ verified: without(verified, takeName) }));
    const { trashId } = result.value;
    if (trashId === null) this.#session.notify('info', `${takeName} was deleted for good.`);
    else this.#session.notify('info', `${takeName} is in the trash.`, { kind: 'restoreTake', trashId });
    await this.refresh();
  }

  showTrash(isOpen: boolean): void {
    this.store.setState({ isTrashOpen: isOpen });
  }

  async restore(trashId: string): Promise<void> {
    const result = await this.#session.run('restoreTake', { trashId });
    if (result.ok) this.#session.notify('success', `${result.value.takeName} is back in the list.`);
    await this.refresh();
    if (!result.ok) return;
    this.search('');
    this.select(result.value.takeName);
  }

  /** Deletes for good what the trash holds. @param trashId one take alone; null for everything */
  async emptyTrash(trashId: string | null): Promise<void> {
    const result = await this.#session.run('emptyTrash', { trashId });
    if (result.ok) {
      const { takes, bytes } = result.value;
      const text = `${formatQuantity(takes, 'take')} deleted for good. ${formatBytes(bytes)} freed.`;
      this.#session.notify('success', text);
    }
    await this.refresh();
  }

  /** @param marker of the selected take; null when nobody writes any more */
  askToMark(marker: Marker | null): void {
    const { selected } = this.store.getState();
    this.store.setState({
      marking: marker === null || selected === null ? null : { takeName: selected, marker },
    });
  }

  /**
   * Adds a marker (before is null), changes it, or deletes it (after is null).
   *
   * @returns whether it is in the manifest now
   */
  async changeMarker(takeName: string, before: Marker | null, after: Marker | null): Promise<boolean> {
    this.store.setState({ marking: null });
    const result = await this.#session.run('changeMarker', { takeName, before, after });
    if (!result.ok) {
      // Somebody else may have changed it, or works on the take.
      await this.refresh();
      return false;
    }
    const markers = result.value;
    this.store.setState(({ entries }) => ({
      entries: entries?.map((entry) => (entry.takeName === takeName ? { ...entry, markers } : entry)) ?? null,
    }));
    return true;
  }

  /** Deletes a marker, which can be taken back for as long as the message stands. */
  async deleteMarker(takeName: string, marker: Marker): Promise<void> {
    if (!(await this.changeMarker(takeName, marker, null))) return;
    const action = { kind: 'restoreMarker', takeName, marker } as const;
    this.#session.notify('info', `${marker.label} was deleted.`, action);
  }

  /** Adds a marker at a moment of the selected take, named by its number. */
  async addMarker(takeMs: number): Promise<void> {
    const entry = this.selectedEntry;
    if (entry === null) return;
    const marker = { takeMs: Math.round(takeMs), label: nextMarkerName(entry.markers ?? []) };
    if (await this.changeMarker(entry.takeName, null, marker))
      this.#session.notify('info', `${marker.label} added at ${formatTimecode(takeMs)} of ${entry.takeName}`);
  }

  askToDescribe(takeName: string | null): void {
    this.store.setState({ describing: takeName });
  }

  async describe(takeName: string, description: TakeDescription): Promise<void> {
    this.store.setState({ describing: null });
    await this.#session.run('describeTake', { takeName, ...description });
    await this.refresh();
  }
}

function without<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

/** `Marker 3`: the first number that no marker of the take has. */
function nextMarkerName(markers: readonly Marker[]): string {
  const labels = new Set(markers.map(({ label }) => label));
  let number = markers.length + 1;
  while (labels.has(`Marker ${number}`)) number += 1;
  return `Marker ${number}`;
}
