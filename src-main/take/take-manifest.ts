import { toPlateauError } from '../contract/errors.js';
import { contentOfManifest, lossesOf, lostAudioMs, sumOfLosses } from '../contract/losses.js';
import type { Manifest, ManifestFile, Marker } from '../contract/manifest.js';
import type { codecNames } from '../ffmpeg/ffmpeg-arguments.js';
import { removeFinishedMarks } from '../finalize/finished-mark.js';
import { inTime } from '../process/deadline.js';
import type { FilePart } from '../sink/file-parts.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import { removeCopiedFiles } from '../storage/copied-files.js';
import { DiskLane } from '../storage/disk-lanes.js';
import { writeManifest } from '../storage/manifest-file.js';
import { SpaceReserve } from '../storage/space-reserve.js';
import { diskPatienceMs } from '../storage/take-folder.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import type { LossLog } from './loss-log.js';
import { manifestProblem, type Problem } from './problem.js';
import { madeUpAudioMs, unwrittenAudioMs } from './unwritten-audio.js';

/** A file's entry in the manifest, as far as it is known while it grows. */
export function manifestEntry(
  sink: RecordingSink,
  part: FilePart,
  losses: LossLog,
  codecs: ReturnType<typeof codecNames>,
): Omit<ManifestFile, 'tracks' | 'tracksNotListed'> {
  const { audio, video } = sink.parts.countOf(part);
  const { endMs, number, segments, startMs } = part;
  const concealedMs = madeUpAudioMs(audio.concealedMs, audio.account);
  return {
    file: segments.file,
    ...sink.subject,
    ...(endMs === null && number === 1 ? {} : { part: { number, startMs, endMs } }),
    state: 'recording',
    canvas: sink.canvas,
    videoCodec: sink.canvas === null ? null : codecs.video,
    audioCodec: codecs.audio,
    segments: segments.all.map((segment) => ({ ...segment })),
    durationMs: null,
    sizeBytes: null,
    sha256: null,
    problem: (part.failure ?? (endMs === null ? sink.failure : null))?.message ?? null,
    video: video.account,
    audio: audio.account,
    audioSilenceMs: Math.round(audio.silenceMs),
    maxFrameGapMs: Math.round(video.maxFrameGapMs),
    missedFrames: video.missedFrames,
    repeatedFrames: video.repeatedFrames,
    emptySlots: video.emptySlots,
    audioLostMs: Math.round(
      lostAudioMs(
        { lostMs: audio.lostMs, dropped: audio.account.dropped },
        unwrittenAudioMs(segments.all, audio.account.written),
      ) + concealedMs,
    ),
    audioConcealedMs: Math.round(concealedMs),
    gaps: [...losses.gaps],
    gapsLeftOut: losses.gapsLeftOut,
  };
}

/** `failed` is a take that a failure ended, or of which nothing plays. */
export function takeOutcome(
  files: readonly ManifestFile[],
  isBroken: boolean,
  hasProblem: boolean,
): 'complete' | 'failed' {
  const plays = files.some(({ state }) => state === 'verified' || state === 'fragmented');
  return isBroken || (hasProblem && !plays) ? 'failed' : 'complete';
}

/** What a take's manifest is made of. Times of the take's timeline are milliseconds. */
export interface TakeFacts extends Pick<
  Manifest,
  | 'plateauVersion'
  | 'room'
  | 'server'
  | 'takeName'
  | 'state'
  | 'profile'
  | 'mode'
  | 'audioOnly'
  | 'backup'
  | 'beganLateMs'
  | 'files'
  | 'folders'
  | 'notRecorded'
  | 'participants'
  | 'participantsNotListed'
  | 'signalGaps'
  | 'signalGapsLeftOut'
  | 'memory'
  | 'pauses'
  | 'pausesLeftOut'
> {
  readonly startedAt: Date;
  /** How long it was paused. */
  readonly pausedMs: number;
  /** Null while it runs. */
  readonly durationMs: number | null;
  readonly budgetBytes: number;
  readonly peakRssBytes: number;
  readonly markers: readonly Marker[];
  readonly standstills: Manifest['standstills'];
  readonly problem: Problem | null;
}

/** The manifest of a take at one moment. */
export function takeManifest(facts: TakeFacts): Manifest {
  const { durationMs, startedAt } = facts;
  const content = contentOfManifest(facts);
  return {
    schema: 'plateau.manifest/1',
    plateauVersion: facts.plateauVersion,
    room: facts.room,
    server: facts.server,
    takeName: facts.takeName,
    state: facts.state,
    startedAt: startedAt.toISOString(),
    stoppedAt:
      durationMs === null ? null : new Date(startedAt.getTime() + durationMs + facts.pausedMs).toISOString(),
    durationMs: durationMs === null ? null : Math.round(durationMs),
    ...(facts.beganLateMs === undefined ? {} : { beganLateMs: facts.beganLateMs }),
    profile: facts.profile,
    ...(facts.mode === 'copy' && { mode: facts.mode }),
    audioOnly: facts.audioOnly,
    budgetBytes: Math.round(facts.budgetBytes),
    peakRssBytes: facts.peakRssBytes,
    ...(facts.memory === undefined ? {} : { memory: facts.memory }),
    ...(facts.folders === undefined ? {} : { folders: facts.folders }),
    ...(facts.backup === undefined ? {} : { backup: facts.backup }),
    files: facts.files,
    losses: sumOfLosses(facts.files.flatMap((file) => [file, ...(file.furtherAudio ?? [])].map(lossesOf))),
    ...(content === null ? {} : { content }),
    markers: [...facts.markers],
    standstills: facts.standstills,
    pauses: facts.pauses,
    pausesLeftOut: facts.pausesLeftOut,
    signalGaps: facts.signalGaps,
    signalGapsLeftOut: facts.signalGapsLeftOut,
    participants: facts.participants,
    participantsNotListed: facts.participantsNotListed,
    notRecorded: facts.notRecorded,
    problem: manifestProblem(facts.problem),
  };
}

/**
 * Writes a take's manifests one after the other, so that an older one never replaces a newer one. Of those that wait
 * only the newest is written: a hundred people who come at once are two writes, and nobody waits for a hundred.
 */
export class ManifestQueue {
  readonly #folder: string;
  readonly #report: EventReporter;
  readonly #lane: DiskLane;
  readonly #reserve: SpaceReserve;
  #last: Promise<void> = Promise.resolve();
  /** What is written when the write before it has ended; null while none waits. */
  #next: (() => Manifest) | null = null;

  /**
   * @param lane in which it waits while the take is recorded
   * @param reserve space that it takes, and gives back when the last one is written
   */
  constructor(
    folder: string,
    report: EventReporter,
    lane = new DiskLane(),
    reserve = new SpaceReserve(folder),
  ) {
    this.#folder = folder;
    this.#report = report;
    this.#lane = lane;
    this.#reserve = reserve;
  }

  /**
   * Writes what `manifest` returns when its turn comes, unless a newer one is to be written by then. Never rejects: a
   * manifest that cannot be written must not end the recording. The event log has the failure.
   *
   * @returns resolves when it, or a newer one, is written
   */
  save(manifest: () => Manifest): Promise<void> {
    const isWaiting = this.#next !== null;
    this.#next = manifest;
    if (!isWaiting) this.#last = this.#last.then(this.#inTurn).catch(this.#failed);
    return this.#last;
  }

  readonly #inTurn = (): Promise<void> => this.#lane.run(this.#writeNext);

  readonly #writeNext = async (): Promise<void> => {
    const next = this.#next;
    this.#next = null;
    if (next === null) return;
    const manifest = next();
    await this.#reserve.spendFor(() => writeManifest(this.#folder, manifest));
    await this.#reserve.hold();
  };

  /**
   * Writes the last one.
   *
   * @throws PlateauError `diskFull`, `outputUnwritable`
   */
  async finish(manifest: Manifest): Promise<void> {
    // Whatever still stands in the lane has had its time.
    await inTime(this.#last, diskPatienceMs);
    await this.#reserve.spendFor(() => writeManifest(this.#folder, manifest));
    await this.#reserve.release();
    // The manifest says now what they said.
    await removeFinishedMarks(this.#folder, manifest.files);
    if (manifest.mode === 'copy') await removeCopiedFiles(this.#folder);
  }

  /** Gives the space free that is kept for the end: files need it. Never rejects. @returns whether there was any */
  makeRoom(): Promise<boolean> {
    return this.#reserve.release();
  }

  readonly #failed = (thrown: unknown): void => {
    this.#report.error('manifestUnwritable', toPlateauError(thrown).message);
  };
}
