import { basename, dirname } from 'node:path';
import {
  type DeliverableSettings,
  type DeliveryProgress,
  type EndedDelivery,
  maxDeliveries,
  type QueuedDelivery,
  type StoredDelivery,
} from '../contract/deliverables.js';
import { PlateauError, toPlateauError } from '../contract/errors.js';
import { alreadyDelivering } from '../contract/refusal.js';
import type { DeliverProgress } from '../deliver/deliver-folder.js';
import { deliverApart } from '../deliver/process/deliver-apart.js';
import { TimeLeft } from '../deliver/time-left.js';
import { refused } from './command-input.js';

/** What is told of again: a share of all files of a take. */
const leastStep = 0.01;
/** Whose end is still told: a console that was away for a moment hears of each. */
const maxKnown = 4;
/** What has ended so many programs that were killed is not begun by itself once more. */
const maxInterruptions = 5;

/** Makes the work: {@link deliverApart}, or what stands for it in a test. */
export type Deliver = typeof deliverApart;

export interface DeliveryHooks {
  /** Progress, queue or end are others now. */
  readonly onChanged: () => void;
  /** A take has MP4 files that it had not. */
  readonly onMade: () => void;
  /** What nobody waits for could not be done. */
  readonly onProblem: (problem: PlateauError) => void;
  /** Remembers what is still to be done, for the next program. Never throws, and is called in order. */
  readonly save: (takes: readonly StoredDelivery[]) => void;
  /** Resolves when that is on the disk. Never rejects. */
  readonly saved: () => Promise<void>;
  /** Resolves when an earlier program's check of a take is taken up and done, where it has to be. Never rejects. */
  readonly untilChecked: (folder: string) => Promise<void>;
}

interface Place {
  readonly folder: string;
  readonly takeName: string;
  readonly settings: DeliverableSettings;
  readonly end: AbortController;
  /** Nobody pressed a button for it in this program. */
  readonly isByItself: boolean;
  interruptions: number;
  /** Somebody does not want it any more. */
  isCanceled: boolean;
  /** Its take has ended, and is checked. */
  isReady: boolean;
}

/**
 * The MP4 files that consoles have asked for, or that are made by themselves: of one take at a time, in a queue that the next
 * program goes on with.
 */
export class ConsoleDelivery {
  readonly #hooks: DeliveryHooks;
  readonly #deliver: Deliver;
  #places: readonly Place[] = [];
  #running: { readonly place: Place; readonly done: Promise<void> } | null = null;
  #progress: DeliveryProgress | null = null;
  #ended: readonly EndedDelivery[] = [];
  #isClosing = false;

  constructor(hooks: DeliveryHooks, deliver: Deliver = deliverApart) {
    this.#hooks = hooks;
    this.#deliver = deliver;
  }

  /** How far the one that is made is; null while nothing is. */
  get progress(): DeliveryProgress | null {
    return this.#progress;
  }

  /** Those that wait, in their order. */
  get queue(): readonly QueuedDelivery[] {
    const waiting = this.#places.filter((place) => place !== this.#running?.place);
    return waiting.map(({ settings, takeName }) => ({ takeName, settings }));
  }

  /** The latest that have ended, the oldest first. */
  get ended(): readonly EndedDelivery[] {
    return this.#ended;
  }

  /**
   * Has MP4 files made of a take whose end has been, when it is its turn.
   *
   * @returns how many takes are before it
   * @throws PlateauError `invalidState` when it is in the queue already, or that is full
   */
  add(folder: string, settings: DeliverableSettings): number {
    if (this.#find(folder) !== undefined) throw refused(alreadyDelivering);
    if (this.#places.length >= maxDeliveries)
      throw new PlateauError(
        'invalidState',
        `${maxDeliveries} takes wait for their MP4 files already.`,
        'Wait until some are finished, or cancel some.',
      );
    const ahead = this.#places.length;
    this.#push({ folder, settings, interruptions: 0 }, { isByItself: false, isReady: true });
    return ahead;
  }

  /**
   * The same by itself, for a take that ends: it has its place at once, so that the next program knows of it whatever happens
   * to this one, and its turn when it is checked.
   *
   * @param after whether there is anything to be made of it; rejects when its files could not be finalized
   */
  addAfter(folder: string, settings: DeliverableSettings, after: Promise<boolean>): void {
    if (this.#find(folder) !== undefined || this.#places.length >= maxDeliveries) return;
    const place = this.#push({ folder, settings, interruptions: 0 }, { isByItself: true, isReady: false });
    void after
      .catch(() => false)
      .then((isWanted) => {
        place.isReady = isWanted;
        // What a program that ends had no time for is left to the next one.
        if (!isWanted && !this.#isClosing) this.#drop(place);
        this.#next();
      });
  }

  /** Goes on with what an earlier program has left. */
  resume(left: readonly StoredDelivery[]): void {
    for (const one of left) {
      if (one.interruptions < maxInterruptions) this.#push(one, { isByItself: true, isReady: true });
      else
        this.#hooks.onProblem(
          new PlateauError(
            'invalidState',
            `MP4 files of ${basename(one.folder)} are not made by themselves any more: Plateau was killed ${one.interruptions} times while it made them.`,
            'Takes, “Make MP4” begins once more; what is finished is kept.',
          ),
        );
    }
    this.#save();
  }

  /** Ends what is made of a take, or its wait. @param takeName the one that is made, when left out */
  cancel(takeName: string | undefined): void {
    const place =
      takeName === undefined ? this.#running?.place : this.#places.find((one) => one.takeName === takeName);
    if (place === undefined) return;
    place.isCanceled = true;
    place.end.abort();
    if (place === this.#running?.place) return;
    this.#drop(place);
    this.#tellEnd(place, { files: 0, problems: [], isCanceled: true });
  }

  /** The take is gone: nothing waits for it any more. */
  forget(folder: string): void {
    const place = this.#find(folder);
    if (place !== undefined && place !== this.#running?.place) this.#drop(place);
  }

  /** Ends what runs, for whoever ends the program: the next one goes on. Resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#running?.place.end.abort();
    await this.#running?.done;
  }

  /** Resolves when the next program would know of everything that is to be done. */
  saved(): Promise<void> {
    return this.#hooks.saved();
  }

  #find(folder: string): Place | undefined {
    return this.#places.find((place) => place.folder === folder);
  }

  #push(stored: StoredDelivery, more: Pick<Place, 'isByItself' | 'isReady'>): Place {
    const takeName = basename(stored.folder);
    const place = { ...stored, ...more, takeName, isCanceled: false, end: new AbortController() };
    this.#become([...this.#places, place]);
    this.#next();
    return place;
  }

  #drop(place: Place): void {
    this.#become(this.#places.filter((one) => one !== place));
  }

  #become(places: readonly Place[]): void {
    this.#places = places;
    this.#save();
    this.#hooks.onChanged();
  }

  #save(): void {
    this.#hooks.save(
      this.#places.map(({ folder, interruptions, settings }) => ({ folder, settings, interruptions })),
    );
  }

  #next(): void {
    if (this.#running !== null || this.#isClosing) return;
    const place = this.#places.find(({ isReady }) => isReady);
    if (place === undefined) return;
    this.#running = { place, done: this.#run(place) };
  }

  /** Never rejects. */
  async #run(place: Place): Promise<void> {
    const { settings, takeName } = place;
    place.interruptions += 1;
    this.#save();
    this.#tell({ takeName, settings, file: '', number: 0, files: 0, fraction: 0, leftMs: null });
    const end = await this.#make(place);
    this.#running = null;
    if (this.#isClosing && end.isCanceled && !place.isCanceled) {
      // It ended in order: that was no interruption.
      place.interruptions -= 1;
      this.#save();
      return;
    }
    this.#progress = null;
    this.#drop(place);
    this.#tellEnd(place, end);
    this.#next();
  }

  async #make(place: Place): Promise<Omit<EndedDelivery, 'endedAt' | 'takeName'>> {
    const { folder, settings } = place;
    const { signal } = place.end;
    const left = new TimeLeft();
    try {
      await this.#hooks.untilChecked(folder);
      const { files } = await this.#deliver(folder, {
        ...{ settings, signal },
        onProgress: (progress) => this.#cameTo(place, progress, left),
      });
      const problems = files.flatMap(({ error, file, outcome, source }) => {
        if (outcome === 'unreadable') return [`${source}: nothing of it can be read.`];
        return error === null ? [] : [`${file}: ${error.message}`];
      });
      const there = files.filter(({ outcome }) => outcome === 'made' || outcome === 'kept').length;
      return { files: there, problems, isCanceled: false };
    } catch (thrown) {
      if (signal.aborted) return { files: 0, problems: [], isCanceled: true };
      const { code, hint, message } = toPlateauError(thrown);
      const isGone = code === 'takeNotFound';
      return {
        ...{ files: 0, isCanceled: false },
        problems: isGone ? [`The take is not in ${dirname(folder)} any more.`] : [`${message} ${hint}`],
      };
    }
  }

  #cameTo(
    { settings, takeName }: Place,
    { file, files, fraction, number }: DeliverProgress,
    left: TimeLeft,
  ): void {
    const leftMs = left.at(fraction);
    const before = this.#progress;
    if (before?.file === file && fraction - before.fraction < leastStep) return;
    this.#tell({ takeName, settings, file, number, files, fraction, leftMs });
  }

  #tellEnd(place: Place, end: Omit<EndedDelivery, 'endedAt' | 'takeName'>): void {
    const { isByItself, takeName } = place;
    const ended = { takeName, endedAt: new Date().toISOString(), ...end };
    this.#ended = [...this.#ended, ended].slice(-maxKnown);
    const { files, problems } = end;
    // Whoever pressed the button hears of it; of what went on by itself perhaps nobody would.
    if (isByItself && problems.length > 0)
      this.#hooks.onProblem(
        new PlateauError(
          'deliverablesIncomplete',
          `Not every MP4 file of ${takeName} could be made. ${problems.join(' ')}`,
          'What is finished is kept; in Takes it can be asked for again.',
        ),
      );
    if (files > 0 || problems.length > 0) this.#hooks.onMade();
    this.#hooks.onChanged();
  }

  #tell(progress: DeliveryProgress): void {
    this.#progress = progress;
    this.#hooks.onChanged();
  }
}
