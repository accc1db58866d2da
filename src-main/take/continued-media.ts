import { PlateauError } from '../contract/errors.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { SignalAlarm } from '../contract/signal-alarms.js';
import type { SinkSnapshot } from '../contract/snapshot.js';
import type { Interval } from '../pipeline/missed-frames.js';
import type { Cut } from '../sink/file-parts.js';
import type { BudgetLine } from '../telemetry/budget.js';
import type { DiskBytes } from './disk-silence.js';
import type { FailedFrames } from './move-loss.js';
import type { TakeFiles } from './take-files.js';
import type { TakeMedia } from './take-media.js';

/** Files that others go on with, and from which part. */
interface After {
  readonly media: TakeMedia;
  readonly first: Cut;
}

/**
 * The files of a take: those that it began with, and, once what is sent is copied from then on, those that go on. For a moment
 * both are filled: the encoders end when the others have something, so that nothing is in neither. Times are milliseconds of the
 * take's timeline.
 */
export class ContinuedMedia implements TakeMedia {
  readonly #before: TakeMedia;
  readonly #encoded: TakeFiles | null;
  #after: After | null = null;
  /** Where the encoders end; null while they do not. */
  #beforeEndMs: number | null = null;
  #ending: Promise<void> | null = null;
  #isBeforeOnDisk = false;

  /** @param before those that it begins with @param encoded the same where they encode; null otherwise */
  constructor(before: TakeMedia, encoded: TakeFiles | null) {
    this.#before = before;
    this.#encoded = encoded;
  }

  /** Those that encode what the room's tracks deliver; null where nothing is encoded, or not any more. */
  get encoded(): TakeFiles | null {
    return this.#after !== null && this.#beforeEndMs !== null ? null : this.#encoded;
  }

  /** Whether anything of it is copied, or is about to be. */
  get isCopied(): boolean {
    return this.#encoded === null || this.#after !== null;
  }

  /** Whether two are filled at the moment. */
  get isHandingOver(): boolean {
    return this.#after !== null && this.#beforeEndMs === null;
  }

  /** These files go on from there, beside the encoders, until those end. */
  continueWith(media: TakeMedia, first: Cut): void {
    this.#after = { media, first };
  }

  /** The encoders end. Resolves when their files are on the disk; never rejects. */
  endEncoders(atMs: number): Promise<void> {
    this.#beforeEndMs ??= atMs;
    this.#ending ??= this.#before.finish(this.#beforeEndMs).then(() => {
      this.#isBeforeOnDisk = true;
    });
    return this.#ending;
  }

  /** Whether every track that is encoded now is in the files that go on as well. */
  get hasTakenOver(): boolean {
    const flowing = new Map<string, number>();
    const add = (key: string, count: number): void => {
      flowing.set(key, (flowing.get(key) ?? 0) + count);
    };
    for (const { audio, identity, kind, video } of this.#after?.media.snapshots(0) ?? []) {
      add(`${identity} ${kind} video`, (video?.accounting.written ?? 0) > 0 ? 1 : 0);
      add(`${identity} ${kind} audio`, audio.accounting.written > 0 ? 1 : 0);
    }
    for (const { sink } of this.#encoded?.all ?? []) {
      if (!sink.isOpen) continue;
      const { identity, kind } = sink.subject;
      add(`${identity} ${kind} video`, sink.tracks.isVideoOn ? -1 : 0);
      add(`${identity} ${kind} audio`, sink.tracks.isAudioOn ? -1 : 0);
    }
    return [...flowing.values()].every((count) => count >= 0);
  }

  /** Those that encode, or did. */
  get all(): TakeFiles['all'] {
    return this.#encoded?.all ?? [];
  }

  /** Of the files that are filled; undefined where the room’s own session tells. */
  get alarms(): readonly SignalAlarm[] | undefined {
    return this.#current.alarms;
  }

  /** False once nothing is encoded. */
  get isReducible(): boolean {
    return this.#current.isReducible ?? true;
  }

  /** The process that fills those that go on. */
  get processId(): number | undefined {
    return this.#last.processId;
  }

  /** Resident memory of that process; 0 without one. */
  get processRssBytes(): number {
    return this.#last.processRssBytes ?? 0;
  }

  /** Buffers of those that go on, at their caps. */
  get budgetLines(): readonly BudgetLine[] {
    return this.#last.budgetLines ?? [];
  }

  /** Those that run. */
  get encoders(): TakeMedia['encoders'] {
    return this.#before.encoders;
  }

  /** Of all of them. */
  get openCount(): number {
    return this.#sum(({ openCount }) => openCount);
  }

  /** Compressed bytes on disk, over all of them. */
  get writtenBytes(): number {
    return this.#sum(({ writtenBytes }) => writtenBytes);
  }

  /** What their disk has taken, and what waits for it. */
  get disk(): DiskBytes {
    return {
      writtenBytes: this.#sum(({ disk }) => disk.writtenBytes),
      queuedBytes: this.#sum(({ disk }) => disk.queuedBytes),
    };
  }

  /** As {@link TakeFiles.cut}. @throws PlateauError `invalidState` too while one hands over to the other */
  cut(atMs: number | null, onPlanned?: (cut: Cut) => void): Cut {
    if (this.isHandingOver) throw handingOver();
    return this.#last.cut(atMs, onPlanned);
  }

  /** As {@link TakeFiles.goOnAt}. */
  goOnAt(takeMs: number | null): void {
    for (const media of this.#filled) media.goOnAt(takeMs);
  }

  /** Bytes of the largest file of a part. */
  largestPart(part: number): number {
    return this.#of(part).largestPart(part);
  }

  /** Whether what belongs to a part is on the disk. */
  hasEnded(part: number): boolean {
    return this.#isLastEncoded(part) ? this.#isBeforeOnDisk : this.#of(part).hasEnded(part);
  }

  /** The same, and all is known that it has lost. */
  isSettled(part: number): boolean {
    return this.#isLastEncoded(part) ? this.#isBeforeOnDisk : this.#of(part).isSettled(part);
  }

  /** Of the encoders; what is copied has none. */
  failedFrames(): FailedFrames {
    return this.#before.failedFrames();
  }

  /** Of those that go on; encoders read the take's clock. */
  setPause(pause: Parameters<NonNullable<TakeMedia['setPause']>>[0]): void {
    this.#last.setPause?.(pause);
  }

  /** Gives the files of somebody another name. @returns whether any has it only now */
  rename(identity: string, name: string): boolean {
    return this.#all.map((media) => media.rename(identity, name)).includes(true);
  }

  /** Called a few times a second. @param nowMs of the take */
  tick(nowMs: number): void {
    for (const media of this.#filled) media.tick(nowMs);
  }

  /** The connection of the room’s own session is lost, or stands again. */
  connectionChanged(isConnected: boolean, lastStandstill: Interval | null): void {
    for (const media of this.#filled) media.connectionChanged(isConnected, lastStandstill);
  }

  /** Those that go on first: a person's newest file is theirs. */
  snapshots(nowMs: number): SinkSnapshot[] {
    return this.#all.toReversed().flatMap((media) => media.snapshots(nowMs));
  }

  /** Their entries in the manifest, as far as they are known. */
  entries(): ManifestFile[] {
    const before = this.#before.entries().map((entry) => this.#ended(entry));
    return [...before, ...(this.#after?.media.entries() ?? [])];
  }

  /** What the budget has to reckon with of files that are encoded. */
  shapes(): ReturnType<TakeMedia['shapes']> {
    return this.#all.flatMap((media) => media.shapes());
  }

  /** Ends all of them, and waits until they are on disk. Never rejects. */
  async finish(endMs: number): Promise<void> {
    await Promise.all([this.endEncoders(endMs), this.#after?.media.finish(endMs)]);
  }

  get #last(): TakeMedia {
    return this.#after?.media ?? this.#before;
  }

  /** What is said of the take is said of these. */
  get #current(): TakeMedia {
    return this.#beforeEndMs === null ? this.#before : this.#last;
  }

  get #all(): readonly TakeMedia[] {
    return this.#after === null ? [this.#before] : [this.#before, this.#after.media];
  }

  get #filled(): readonly TakeMedia[] {
    return this.#after !== null && this.#beforeEndMs !== null ? [this.#after.media] : this.#all;
  }

  #of(part: number): TakeMedia {
    return this.#after !== null && part >= this.#after.first.number ? this.#after.media : this.#before;
  }

  #isLastEncoded(part: number): boolean {
    return this.#after !== null && part === this.#after.first.number - 1;
  }

  #sum(figure: (media: TakeMedia) => number): number {
    return this.#all.reduce((sum, media) => sum + figure(media), 0);
  }

  /** Their last part ends with them, before the take does. */
  #ended(entry: ManifestFile): ManifestFile {
    const number = entry.part?.number ?? 1;
    if (this.#beforeEndMs === null || !this.#isLastEncoded(number)) return entry;
    const part = { number, startMs: entry.part?.startMs ?? 0, endMs: Math.round(this.#beforeEndMs) };
    return { ...entry, part };
  }
}

/** Why nothing else can be done to a take right now. */
export function handingOver(): PlateauError {
  return new PlateauError(
    'invalidState',
    'The take is going over to copy mode.',
    'Wait some seconds until it has.',
  );
}
