import { PlateauError } from '../contract/errors.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { SignalAlarm } from '../contract/signal-alarms.js';
import type { SinkSnapshot } from '../contract/snapshot.js';
import type { Interval } from '../pipeline/missed-frames.js';
import type { Cut } from '../sink/file-parts.js';
import type { BudgetLine } from '../telemetry/budget.js';
import type { DiskBytes } from './disk-silence.js';
import { endStage, type MediaStage, stageOf } from './media-stage.js';
import type { FailedFrames } from './move-loss.js';
import type { TakeFiles } from './take-files.js';
import type { TakeMedia } from './take-media.js';

/**
 * The files of a take: those that it began with, and those that go on, from where what is sent is copied, or from where the
 * process that copies was started anew. When encoders hand over, both are filled for a moment: the encoders end when the others
 * have something, so that nothing is in neither. Times are milliseconds of the take's timeline.
 */
export class ContinuedMedia implements TakeMedia {
  readonly #encoded: TakeFiles | null;
  readonly #stages: [MediaStage, ...MediaStage[]];

  /** @param before those that it begins with @param encoded the same where they encode; null otherwise */
  constructor(before: TakeMedia, encoded: TakeFiles | null) {
    this.#stages = [stageOf(before, { number: 1, atMs: 0 })];
    this.#encoded = encoded;
  }

  /** Those that encode what the room's tracks deliver; null where nothing is encoded, or not any more. */
  get encoded(): TakeFiles | null {
    return this.#stages.length > 1 && this.#stages[0].endMs !== null ? null : this.#encoded;
  }

  /** Whether anything of it is copied, or is about to be. */
  get isCopied(): boolean {
    return this.#encoded === null || this.#stages.length > 1;
  }

  /** Whether two are filled at the moment. */
  get isHandingOver(): boolean {
    return this.#stages.at(-2)?.endMs === null;
  }

  /** Whether none are filled, for what fills them is being started anew. */
  get isInterrupted(): boolean {
    return this.#last.endMs !== null;
  }

  /** Those that are filled now, or were last: of the part that is recorded. */
  get latest(): TakeMedia {
    return this.#last.media;
  }

  /** These files go on from there, beside those that encode until those end. */
  continueWith(media: TakeMedia, first: Cut): void {
    this.#stages.push(stageOf(media, first));
  }

  /** Those that hand over end. Resolves when their files are on the disk; never rejects. */
  endFormer(atMs: number): Promise<void> {
    return endStage(this.#stages.at(-2) ?? this.#stages[0], atMs);
  }

  /** What fills the latest ones is gone: they end there, before the take does. As {@link ContinuedMedia.endFormer}. */
  interrupt(atMs: number): Promise<void> {
    return endStage(this.#last, atMs);
  }

  /** Those that were handed over to are none of the take's: encoders go on as before. @returns them */
  takeBack(): TakeMedia {
    return (this.#stages.length > 1 ? this.#stages.pop() : undefined)?.media ?? this.#last.media;
  }

  /** Whether every track that is encoded now is in the files that go on as well. */
  get hasTakenOver(): boolean {
    const flowing = new Map<string, number>();
    const add = (key: string, count: number): void => {
      flowing.set(key, (flowing.get(key) ?? 0) + count);
    };
    for (const { audio, identity, kind, video } of this.latest.snapshots(0)) {
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
    return this.latest.processId;
  }

  /** Resident memory of that process; 0 without one. */
  get processRssBytes(): number {
    return this.latest.processRssBytes ?? 0;
  }

  /** What those that go on keep to be saved. */
  get replay(): TakeMedia['replay'] {
    return this.latest.replay;
  }

  /** Buffers of those that go on, at their caps. */
  get budgetLines(): readonly BudgetLine[] {
    return this.latest.budgetLines ?? [];
  }

  /** Those that run. */
  get encoders(): TakeMedia['encoders'] {
    return this.#stages[0].media.encoders;
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

  /** Whether it can be split at the moment. */
  get mayCut(): boolean {
    return !this.isHandingOver && !this.isInterrupted;
  }

  /** As {@link TakeFiles.cut}. @throws PlateauError `invalidState` too while {@link ContinuedMedia.mayCut} is false */
  cut(atMs: number | null, onPlanned?: (cut: Cut) => void): Cut {
    if (this.isHandingOver) throw handingOver();
    if (this.isInterrupted) throw notYet('The process that receives in copy mode has yet to start anew.');
    return this.latest.cut(atMs, onPlanned);
  }

  /** As {@link TakeFiles.goOnAt}. */
  goOnAt(takeMs: number | null): void {
    for (const media of this.#filled) media.goOnAt(takeMs);
  }

  /** Bytes of the largest file of a part. */
  largestPart(part: number): number {
    return this.#of(part).media.largestPart(part);
  }

  /** Whether what belongs to a part is on the disk. */
  hasEnded(part: number): boolean {
    return this.#isLastOf(part) ? this.#of(part).isOnDisk : this.#of(part).media.hasEnded(part);
  }

  /** The same, and all is known that it has lost. */
  isSettled(part: number): boolean {
    return this.#isLastOf(part) ? this.#of(part).isOnDisk : this.#of(part).media.isSettled(part);
  }

  /** A part is finished, as {@link TakeMedia.partFinished} says. */
  partFinished(part: number, entries: readonly ManifestFile[]): void {
    this.#of(part).media.partFinished?.(part, entries);
  }

  /** What encoders and disks have failed to keep, over all of them. */
  failedFrames(): FailedFrames {
    const all = this.#all.map((media) => media.failedFrames());
    const sum = (kind: keyof FailedFrames): number => all.reduce((total, one) => total + one[kind], 0);
    return { video: sum('video'), audio: sum('audio') };
  }

  /** Of those that go on; encoders read the take's clock. */
  setPause(pause: Parameters<NonNullable<TakeMedia['setPause']>>[0]): void {
    this.latest.setPause?.(pause);
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
    return this.#stages.flatMap((stage) => stage.media.entries().map((entry) => this.#ended(stage, entry)));
  }

  /** What the budget has to reckon with of files that are encoded. */
  shapes(): ReturnType<TakeMedia['shapes']> {
    return this.#all.flatMap((media) => media.shapes());
  }

  /** Ends all of them, and waits until they are on disk. Never rejects. */
  async finish(endMs: number): Promise<void> {
    await Promise.all(this.#stages.map((stage) => endStage(stage, endMs)));
  }

  get #last(): MediaStage {
    return this.#stages.at(-1) ?? this.#stages[0];
  }

  /** What is said of the take is said of these. */
  get #current(): TakeMedia {
    const former = this.#stages.at(-2);
    return former?.endMs === null ? former.media : this.latest;
  }

  get #all(): readonly TakeMedia[] {
    return this.#stages.map(({ media }) => media);
  }

  get #filled(): readonly TakeMedia[] {
    return this.#stages.filter(({ endMs }) => endMs === null).map(({ media }) => media);
  }

  #of(part: number): MediaStage {
    return this.#stages.findLast(({ first }) => part >= first.number) ?? this.#stages[0];
  }

  /** Whether others go on behind a part. */
  #isLastOf(part: number): boolean {
    return this.#stages.some(({ first }) => first.number === part + 1 && part > 0);
  }

  #sum(figure: (media: TakeMedia) => number): number {
    return this.#all.reduce((sum, media) => sum + figure(media), 0);
  }

  /** The last part of those that ended before the take ended with them. */
  #ended({ endMs }: MediaStage, entry: ManifestFile): ManifestFile {
    const number = entry.part?.number ?? 1;
    if (endMs === null || !this.#isLastOf(number)) return entry;
    const part = { number, startMs: entry.part?.startMs ?? 0, endMs: Math.round(endMs) };
    return { ...entry, part };
  }
}

/** Why nothing else can be done to a take right now. */
export function handingOver(): PlateauError {
  return notYet('The take is going over to copy mode.');
}

function notYet(why: string): PlateauError {
  return new PlateauError('invalidState', why, 'Wait some seconds until it has.');
}
