import { formatMilliseconds } from '../format/time.js';
import { join } from 'node:path';
import { toPlateauError, type PlateauError } from '../contract/errors.js';
import type { Manifest, ManifestFile, Marker } from '../contract/manifest.js';
import type { Profile } from '../contract/profile.js';
import type { BudgetChange } from '../contract/session.js';
import type { RecorderEvent, SinkSnapshot, Snapshot } from '../contract/snapshot.js';
import { earlierConnections } from '../livekit/leaked-connections.js';
import type { SubscribedTrack } from '../livekit/remote-track.js';
import { ByteCap } from '../pipeline/byte-cap.js';
import { FrameRateLimit } from '../pipeline/frame-rate-limit.js';
import { TakeClock } from '../pipeline/take-clock.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { BlackFiller } from '../finalize/black-filler.js';
import type { DiskThrottle } from '../sink/disk-throttle.js';
import { codecNames, evenCanvas } from '../ffmpeg/ffmpeg-arguments.js';
import { writeManifest } from '../storage/manifest-file.js';
import { fileStemFor, type TakeFolder } from '../storage/take-folder.js';
import { computeBudget, type Budget } from '../telemetry/budget.js';
import { caps } from '../contract/limits.js';
import { telemetryHeader } from './telemetry-header.js';
import { NdjsonFile } from '../telemetry/ndjson-file.js';
import { TakeSink, type SinkKind } from './take-sink.js';
import { finalizeFiles } from '../finalize/finalize-take.js';

/** Used when a profile takes the track's own size and no camera has declared one yet. */
const fallbackCanvas = { width: 1280, height: 720 } as const;

/** A tick this late says that the event loop was blocked. */
const lateTickMs = 600;

export interface TakeOptions {
  readonly folder: TakeFolder;
  readonly room: string;
  /** Host of the server. */
  readonly server: string;
  readonly profile: Profile;
  readonly audioOnly: boolean;
  /** Whether somebody is recorded, with everything they publish. */
  readonly isArmed: (identity: string) => boolean;
  readonly ffmpegPath: string;
  readonly ffmpegVersion: string;
  readonly plateauVersion: string;
  readonly report: EventReporter;
  readonly declaredSize: (
    identity: string,
    kind: SinkKind,
  ) => { readonly width: number; readonly height: number } | null;
  /** The take cannot go on: its disk is full or gone. It still has to be stopped. */
  readonly onFatal: (error: PlateauError) => void;
  readonly onWatchdogTrip: () => void;
  readonly diskThrottle: DiskThrottle;
}

/** One take: its folder, its clock, a sink for each participant and screen share, its manifest. */
export class Take {
  readonly clock = new TakeClock();
  readonly frameBytes = new ByteCap(caps.frameQueueBytes);
  readonly frameRateLimit = new FrameRateLimit();
  readonly folder: TakeFolder;
  readonly #options: TakeOptions;
  readonly #sinks = new Map<string, TakeSink>();
  readonly #stems = new Set<string>();
  readonly #telemetry: NdjsonFile;
  readonly #filler: BlackFiller;
  readonly #markers: Marker[] = [];
  readonly #startedAt = new Date();
  #manifestWrites: Promise<void> = Promise.resolve();
  #budget: Budget;
  #peakRssBytes = 0;
  #lastTickMs = 0;
  #isStopping = false;

  private constructor(options: TakeOptions) {
    this.#options = options;
    this.folder = options.folder;
    this.#filler = new BlackFiller(options.folder.path, options.ffmpegPath);
    this.#telemetry = new NdjsonFile(join(options.folder.path, 'telemetry.ndjson'), caps.telemetryQueueBytes);
    this.#telemetry.write(telemetryHeader(options, this.#startedAt));
    this.#budget = computeBudget([], earlierConnections().bytes);
  }

  /** @throws PlateauError `outputUnwritable`, `diskFull` */
  static async start(options: TakeOptions): Promise<Take> {
    const take = new Take(options);
    await writeManifest(options.folder.path, take.#manifest('recording'));
    return take;
  }

  get startedAt(): Date {
    return this.#startedAt;
  }

  get budget(): Budget {
    return this.#budget;
  }

  get sinkCount(): number {
    return this.#sinks.size;
  }

  get profile(): Profile {
    return this.#options.profile;
  }

  /** The encoders that run, by the file they write. */
  get encoders(): { readonly file: string; readonly identity: string; readonly pid: number }[] {
    return [...this.#sinks.values()].flatMap(({ participant, sink: { file, encoderPid: pid } }) =>
      pid === undefined ? [] : [{ file, identity: participant.identity, pid }],
    );
  }

  /** Records a track into its participant's file, or its screen share's. */
  addTrack(track: SubscribedTrack): void {
    if (this.#isStopping || (this.#options.audioOnly && track.info.kind === 'video')) return;
    if (!this.#options.isArmed(track.info.identity)) return;
    const takeSink = this.#sinkFor(track);
    takeSink.add(track).catch((thrown: unknown) => {
      this.#sinkFailed(takeSink, toPlateauError(thrown), false);
    });
    void this.#saveManifest();
  }

  removeTrack(track: SubscribedTrack): void {
    this.#sinks.get(sinkKey(track))?.remove(track, this.clock.nowMs());
  }

  setMuted(track: SubscribedTrack, isMuted: boolean): void {
    this.#sinks.get(sinkKey(track))?.setMuted(track, isMuted);
  }

  get markers(): readonly Marker[] {
    return this.#markers;
  }

  /** Marks the present moment in the manifest. */
  addMarker(label: string): Marker {
    const marker = { takeMs: Math.round(this.clock.nowMs()), label };
    this.#markers.push(marker);
    void this.#saveManifest();
    return marker;
  }

  /** Called a few times a second. */
  tick(): void {
    if (this.#isStopping) return;
    const nowMs = this.clock.nowMs();
    const sinceMs = nowMs - this.#lastTickMs;
    this.#lastTickMs = nowMs;
    // After a blocked event loop timers come before the frames that waited: filling in now would make those too old.
    if (sinceMs > lateTickMs) return;
    for (const takeSink of this.#sinks.values()) takeSink.tick(nowMs);
  }

  sinkSnapshots(): SinkSnapshot[] {
    const nowMs = this.clock.nowMs();
    return [...this.#sinks.values()].map((takeSink) => takeSink.snapshot(nowMs));
  }

  recordSnapshot(snapshot: Snapshot): void {
    this.#peakRssBytes = Math.max(this.#peakRssBytes, snapshot.memory.rssBytes);
    this.#telemetry.write(snapshot);
  }

  recordEvent(event: RecorderEvent): void {
    this.#telemetry.write({ schema: 'plateau.event/1', ...event });
  }

  /**
   * Ends every file, makes ordinary files of the fragmented ones, verifies them and writes the final
   * manifest. What cannot be finalized stays as it grew, and plays.
   */
  async stop(onProgress: (fraction: number) => void): Promise<Manifest> {
    this.#isStopping = true;
    const endMs = this.clock.nowMs();
    const takeSinks = [...this.#sinks.values()];
    await this.#saveManifest('finalizing', endMs);
    await Promise.all(takeSinks.map((takeSink) => takeSink.finish(endMs)));
    const codecs = codecNames(this.#options.profile);
    const files = await finalizeFiles({
      folder: this.folder.path,
      profile: this.#options.profile,
      ffmpegPath: this.#options.ffmpegPath,
      filler: this.#filler,
      entries: takeSinks.map((takeSink) => takeSink.manifestEntry(codecs)),
      report: this.#options.report,
      onProgress,
    });
    const manifest = this.#manifest('complete', endMs, files);
    await this.#manifestWrites;
    await writeManifest(this.folder.path, manifest);
    await Promise.all([this.#telemetry.close(), this.#filler.dispose()]);
    return manifest;
  }

  #sinkFor(track: SubscribedTrack): TakeSink {
    const key = sinkKey(track);
    const known = this.#sinks.get(key);
    if (known !== undefined) return known;
    const { identity, participantName } = track.info;
    const kind = sinkKind(track);
    const { profile, report } = this.#options;
    const canvas = this.#options.audioOnly
      ? null
      : evenCanvas(profile.canvas ?? this.#options.declaredSize(identity, kind) ?? fallbackCanvas);
    const takeSink: TakeSink = new TakeSink(
      { identity, name: participantName },
      kind,
      {
        ffmpegPath: this.#options.ffmpegPath,
        folder: this.folder.path,
        fileStem: fileStemFor(kind === 'screenShare' ? `${identity}-screen` : identity, this.#stems),
        profile,
        canvas,
        gapFill: kind === 'screenShare' ? 'repeat' : 'black',
        clock: this.clock,
        frameBytes: this.frameBytes,
        frameRateLimit: this.frameRateLimit,
        limits: {
          frameQueue: { maxFrames: caps.frameQueueFrames, warnFrames: caps.frameQueueWarnFrames },
          audioFrames: caps.audioQueueFrames,
          audioFrameMs: caps.audioFrameMs,
          framesInFlight: caps.framesInFlight,
          disk: {
            capBytes: caps.diskQueueBytes,
            flushBytes: caps.diskFlushBytes,
            flushIntervalMs: caps.diskFlushIntervalMs,
            throttle: this.#options.diskThrottle,
          },
        },
        events: {
          onLongFrameGap: (gapMs) => {
            report.warning(
              'longFrameGap',
              `Long gap between frames: ${formatMilliseconds(gapMs)}`,
              identity,
              {
                gapMs: Math.round(gapMs),
              },
            );
          },
          onAudioGap: (gapMs) => {
            report.warning(
              'audioGap',
              `No audio for ${formatMilliseconds(gapMs)}, filled with silence`,
              identity,
              {
                gapMs: Math.round(gapMs),
              },
            );
          },
          onFailure: (error, restarts) => {
            this.#sinkFailed(takeSink, error, restarts);
          },
          onRestarted: () => {
            report.warning('encoderRestarted', 'Recording goes on with a new ffmpeg.', identity);
            void this.#saveManifest();
          },
        },
      },
      {
        onWatchdogTrip: (tripped) => {
          report.warning(
            'loopBlocked',
            `The event loop was blocked: the ${tripped.info.kind} stream was closed and is open again.`,
            identity,
          );
          this.#options.onWatchdogTrip();
        },
      },
    );
    this.#sinks.set(key, takeSink);
    this.#updateBudget();
    // Made now, at low priority, so that stopping does not have to wait for it; a failure shows at the stop.
    this.#filler.prepare(profile, canvas).catch(() => undefined);
    return takeSink;
  }

  /** A connection was replaced: what the SDK keeps of the one before belongs to the budget from now on. */
  connectionReplaced(): void {
    if (this.#sinks.size > 0) this.#updateBudget();
  }

  #updateBudget(): void {
    this.#budget = computeBudget(
      [...this.#sinks.values()].map(({ sink, participant, kind }) => ({
        frame:
          sink.canvas === null
            ? null
            : {
                ...(this.#options.declaredSize(participant.identity, kind) ?? sink.canvas),
                fps: this.#options.profile.maxFps ?? 60,
              },
      })),
      earlierConnections().bytes,
    );
    const { totalBytes, lines } = this.#budget;
    const takeMs = Math.round(this.clock.nowMs());
    const at = new Date().toISOString();
    this.#telemetry.write({
      schema: 'plateau.budget/1',
      at,
      takeMs,
      totalBytes,
      lines: [...lines],
    } satisfies BudgetChange);
  }

  #sinkFailed(takeSink: TakeSink, error: PlateauError, restarts: boolean): void {
    this.#options.report.error(
      error.code,
      restarts ? `${error.message} A new one is started.` : error.message,
      takeSink.participant.identity,
      { hint: error.hint },
    );
    if (error.code === 'diskFull' || error.code === 'outputUnwritable') this.#options.onFatal(error);
  }

  /** Writes are done one after the other, so that an older manifest never replaces a newer one. */
  #saveManifest(state: 'recording' | 'finalizing' = 'recording', endMs: number | null = null): Promise<void> {
    const save = this.#manifestWrites.then(() =>
      writeManifest(this.folder.path, this.#manifest(state, endMs)),
    );
    // A manifest that cannot be written must not end the recording; the disk's failure is reported by it.
    this.#manifestWrites = save.catch((thrown: unknown) => {
      this.#options.report.error('manifestUnwritable', toPlateauError(thrown).message);
    });
    return this.#manifestWrites;
  }

  #manifest(
    state: Manifest['state'],
    durationMs: number | null = null,
    files: ManifestFile[] | null = null,
  ): Manifest {
    const { folder, profile } = this.#options;
    const codecs = codecNames(profile);
    return {
      schema: 'plateau.manifest/1',
      plateauVersion: this.#options.plateauVersion,
      room: this.#options.room,
      server: this.#options.server,
      takeName: folder.name,
      state,
      startedAt: this.#startedAt.toISOString(),
      stoppedAt: durationMs === null ? null : new Date(this.#startedAt.getTime() + durationMs).toISOString(),
      durationMs: durationMs === null ? null : Math.round(durationMs),
      profile,
      audioOnly: this.#options.audioOnly,
      budgetBytes: Math.round(this.#budget.totalBytes),
      peakRssBytes: this.#peakRssBytes,
      files: files ?? [...this.#sinks.values()].map((takeSink) => takeSink.manifestEntry(codecs)),
      markers: [...this.#markers],
      problem: null,
    };
  }
}

function sinkKind(track: SubscribedTrack): SinkKind {
  return track.info.role === 'screenShare' || track.info.role === 'screenShareAudio'
    ? 'screenShare'
    : 'participant';
}

function sinkKey(track: SubscribedTrack): string {
  return `${sinkKind(track)}:${track.info.identity}`;
}
