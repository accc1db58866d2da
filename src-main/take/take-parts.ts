import { PlateauError, toPlateauError } from '../contract/errors.js';
import { caps } from '../contract/limits.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { FinalizeRequest } from '../finalize/finalize-file.js';
import { finalizeWithAudio, removeObsolete } from '../finalize/further-audio.js';
import { StillFinished } from '../finalize/still-finished.js';
import { withoutUnfed } from '../finalize/unfed-files.js';
import { formatTimecode } from '../format/time.js';
import type { Cut } from '../sink/file-parts.js';
import { EventLog } from '../telemetry/event-log.js';
import { EventReporter } from '../telemetry/event-reporter.js';
import { packetsOf } from './take-budget.js';
import { assertPartLeft, cutLeadMs } from './take-cuts.js';
import type { TakeFiles } from './take-files.js';
import type { TakeMoments } from './take-moments.js';
import type { TakeOptions } from './take-options.js';
import type { TakePlace, TakePlaces } from './take-places.js';

/** An encoder looks ahead, and its output comes in fragments: so much is written later. */
const behindMs = 3_000;
/** A size is not reached sooner: no setting may cut a take into pieces. */
const leastBySizeMs = 10_000;

/** What the files of a part are finalized with, beside their entries. */
export type PartFinalizing = Omit<FinalizeRequest, 'entries' | 'onProgress' | 'priority' | 'signal'>;

/** What the parts of a take are finished with. */
export interface TakePartsOptions {
  readonly files: Pick<TakeFiles, 'cut' | 'entries' | 'isSettled' | 'largestPart'> & {
    /** Whether it can be split at the moment; left out, it can. */
    readonly mayCut?: boolean;
    /** What has become of the files of a part that is finished; left out where nobody wants to know. */
    partFinished?(part: number, entries: readonly ManifestFile[]): void;
  };
  readonly places: Pick<TakePlaces, 'grouped' | 'of'>;
  readonly take: TakeOptions;
  readonly moments: TakeMoments;
  /** A part is finished, or one is about to be: there is something new to write down, and to reckon with. */
  readonly onChanged: () => Promise<void>;
}

/** The parts of a take: where it is split, and those that are finished while the next one is recorded. */
export class TakeParts {
  readonly #options: TakePartsOptions;
  readonly #finished = new Map<number, readonly ManifestFile[]>();
  readonly #stillFinished = new StillFinished();
  readonly #stop = new AbortController();
  #last: Cut = { number: 1, atMs: 0 };
  #beforeLast: Cut = this.#last;
  #next = 1;
  #isAtCap = false;
  #finishing: Promise<void> | null = null;
  #packets: readonly number[] = [];

  constructor(options: TakePartsOptions) {
    this.#options = options;
  }

  /** What the files in a folder are finalized with, beside their entries. */
  finalizingIn({ filler, folder }: Pick<TakePlace, 'filler' | 'folder'>): PartFinalizing {
    const { moments, take } = this.#options;
    const { ffmpegPath, profile, report } = take;
    return { ffmpegPath, profile, report, filler, folder: folder.path, markers: moments.entries.markers };
  }

  /** Packets of each stream of a part that is being checked. */
  get checkedPackets(): readonly number[] {
    return this.#packets;
  }

  /**
   * The take goes on in another part.
   *
   * @throws PlateauError as {@link TakeFiles.cut} does
   */
  split(): Cut {
    return this.#cut(null);
  }

  /**
   * The same in another folder.
   *
   * @param atMs of the take's timeline; null for as soon as nothing is lost by it
   * @param onPlanned makes the folder that of the part, before anything is written into it
   * @throws PlateauError as {@link TakeFiles.cut} does
   */
  goOn(atMs: number | null, onPlanned: (cut: Cut) => void): Cut {
    this.#last = this.#options.files.cut(atMs, onPlanned);
    void this.#options.onChanged();
    return this.#last;
  }

  /**
   * The take goes on in another part from now on, whose files others make.
   *
   * @param nowMs of the take's timeline
   * @throws PlateauError `invalidState` while it is being split, and when it has no part left
   */
  next(nowMs: number): Cut {
    if (nowMs < this.#last.atMs)
      throw new PlateauError('invalidState', 'The take is being split.', 'Try again in a second.');
    assertPartLeft(this.#last.number);
    this.#beforeLast = this.#last;
    this.#last = { number: this.#last.number + 1, atMs: nowMs };
    return this.#last;
  }

  /** The part of {@link TakeParts.next} is none: the one before goes on. */
  takeBack(): void {
    this.#last = this.#beforeLast;
  }

  /**
   * The same where nothing is recorded right now: one that it was to be split at begins as well, for nobody has begun it.
   *
   * @throws PlateauError `invalidState` when it has no part left
   */
  nextOrPending(nowMs: number): Cut {
    return nowMs < this.#last.atMs ? this.#last : this.next(nowMs);
  }

  #cut(atMs: number | null): Cut {
    const cut = this.#options.files.cut(atMs);
    this.#last = cut;
    const { atMs: takeMs, number: part } = cut;
    const at = formatTimecode(takeMs, true);
    this.#options.take.report.info('takeSplit', `Part ${part} begins at ${at}.`, null, {
      part,
      takeMs: Math.round(takeMs),
    });
    void this.#options.onChanged();
    return cut;
  }

  /**
   * Called a few times a second: begins to finish what has ended.
   * Splits the take when it is long or large enough.
   *
   * @param nowMs of the take's timeline
   */
  tick(nowMs: number): void {
    this.#finishEnded();
    if (this.#stop.signal.aborted || this.#isAtCap || this.#options.files.mayCut === false) return;
    const atMs = this.#dueMs(nowMs);
    if (atMs === null) return;
    this.#isAtCap = this.#last.number >= caps.parts;
    if (!this.#isAtCap) this.#cut(atMs);
    else {
      const message = `The take has ${caps.parts} parts, which is the most. The last one goes on until the stop.`;
      this.#options.take.report.warning('tooManyParts', message);
    }
  }

  /** Where it has to be split by itself; null while it has not. */
  #dueMs(nowMs: number): number | null {
    const { files, take } = this.#options;
    const { splitBytes, splitEveryMs } = take;
    const fromMs = this.#last.atMs;
    // The one that was asked for last has not begun.
    if (nowMs < fromMs) return null;
    if (splitEveryMs !== undefined && nowMs >= fromMs + splitEveryMs - cutLeadMs)
      return fromMs + splitEveryMs;
    if (splitBytes === undefined || nowMs - fromMs < leastBySizeMs) return null;
    const bytes = files.largestPart(this.#last.number);
    // What is written until the cut belongs to it, and what encoders hold.
    const aheadBytes = (bytes / (nowMs - fromMs)) * (cutLeadMs + behindMs);
    return bytes + aheadBytes >= splitBytes ? nowMs + cutLeadMs : null;
  }

  #finishEnded(): void {
    if (this.#finishing !== null || this.#next >= this.#last.number || this.#stop.signal.aborted) return;
    if (!this.#options.files.isSettled(this.#next)) return;
    // What could not be finished now is finished with the take.
    this.#finishing = this.#finish(this.#next)
      .catch((thrown: unknown) => {
        this.#options.take.report.warning('partNotFinished', toPlateauError(thrown).message);
      })
      .finally(() => {
        this.#finishing = null;
      });
    this.#next += 1;
  }

  /** Entries of the manifest: of finished parts what has become of them. */
  entries(): ManifestFile[] {
    return this.merged(this.open());
  }

  /** Entries of the parts that are not finished. */
  open(): ManifestFile[] {
    return this.#options.files.entries().filter(({ part }) => !this.#finished.has(part?.number ?? 1));
  }

  /** The same by their folders, with what they are finalized with. */
  openGroups(): (PartFinalizing & { readonly entries: ManifestFile[] })[] {
    // That every file plays is not said where it is not known of one before.
    const isKnown = this.merged([]).every(({ state }) => state === 'verified');
    const own = isKnown ? {} : { report: this.#reportOf(this.#last.number, 'filesUsable') };
    return this.#options.places
      .grouped(this.open())
      .map(({ entries, place }) => ({ ...this.finalizingIn(place), entries, ...own }));
  }

  /** Those of finished parts, and what has become of the others. */
  merged(others: readonly ManifestFile[]): ManifestFile[] {
    return [...[...this.#finished.values()].flat(), ...others];
  }

  /** Ends what is finished beside the recording: it is finished with the take. What is finished is looked at once more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#finishing;
    const { places, take } = this.#options;
    for (const [number, entries] of this.#finished) {
      const folder = places.of(number).folder.path;
      const judged = entries.map((entry) => this.#stillFinished.judge(folder, entry, take.report));
      this.#finished.set(number, await Promise.all(judged));
    }
  }

  /** Of files of one part. What is finished beside the recording, and ended on its way, is no failure. */
  #reportOf(number: number, usable: 'filesUsable' | 'partUsable'): EventReporter {
    const log = new EventLog(1);
    const { report } = this.#options.take;
    log.subscribe(({ details, identity, level, message, name }) => {
      if (usable === 'partUsable' && this.#stop.signal.aborted) return;
      if (name === 'filesUsable')
        report.info(usable, `Part ${number} plays and can be copied. Now its content is checked.`, null, {
          ...details,
          part: number,
        });
      else report[level](name, message, identity, details);
    });
    return new EventReporter(log, () => null);
  }

  async #finish(number: number): Promise<void> {
    const { files, onChanged, take } = this.#options;
    const entries = files.entries().filter(({ part }) => part?.number === number);
    const place = this.#options.places.of(number);
    this.#packets = packetsOf(entries);
    await onChanged();
    try {
      const done = await finalizeWithAudio(
        {
          ...{
            ...this.finalizingIn(place),
            entries: await withoutUnfed(
              { entries, folder: place.folder.path, report: take.report },
              Infinity,
            ),
            signal: this.#stop.signal,
            report: this.#reportOf(number, 'partUsable'),
          },
          // Beside the next part.
          ...{ priority: 'belowNormal', onProgress: () => undefined },
        },
        take.furtherAudio,
      );
      // What was ended on its way says nothing of the files.
      if (!this.#stop.signal.aborted) {
        this.#finished.set(number, done.entries);
        await this.#stillFinished.note(place.folder.path, done.entries);
        files.partFinished?.(number, done.entries);
        await onChanged();
        await removeObsolete(place.folder.path, done.obsolete);
      }
    } finally {
      this.#packets = [];
    }
  }
}
