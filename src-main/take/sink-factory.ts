import type { PlateauError } from '../contract/errors.js';
import { caps } from '../contract/limits.js';
import type { Profile } from '../contract/profile.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { ByteCap } from '../pipeline/byte-cap.js';
import type { FrameRateLimit } from '../pipeline/frame-rate-limit.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { DiskThrottle } from '../sink/disk-throttle.js';
import type { OutputKeepers } from '../sink/encoder-output.js';
import type { Cut } from '../sink/file-parts.js';
import { RecordingSink, type SinkEvents, type SinkLimits, type SinkSubject } from '../sink/recording-sink.js';
import type { SinkPlace } from '../sink/recording-sink-options.js';
import type { DiskLanes } from '../storage/disk-lanes.js';
import { fileStemFor } from '../storage/take-folder.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { correctionEvents } from './correction-events.js';
import { fileSuffix } from './file-suffix.js';
import { tellGap } from './gap-events.js';
import { presenceEvents } from './presence-events.js';
import type { TakePlaces } from './take-places.js';

/** What all sinks of a take share. */
export interface SinkFactoryOptions extends OutputKeepers {
  readonly places: Pick<TakePlaces, 'of' | 'current'>;
  readonly profile: Profile;
  readonly audioOnly: boolean;
  readonly ffmpegPath: string;
  readonly clock: TakeClock;
  /** The cap over the queued frames of all of them. */
  readonly frameBytes: ByteCap;
  /** Set by the memory governor. */
  readonly frameRateLimit: FrameRateLimit;
  readonly diskThrottle: DiskThrottle;
  /** What somebody publishes at the moment, whether or not it is subscribed. */
  readonly publicationsOf: (identity: string) => readonly PublicationInfo[];
  readonly report: EventReporter;
  /** A file of a part was deleted and cannot be written again there. */
  readonly onNotRestored: (file: string, partNumber: number, error: PlateauError) => void;
  /** Aborted when nobody can wait any longer for an encoder that does not end. */
  readonly hurry?: AbortSignal | undefined;
}

/** What a sink tells its take; the rest becomes rows of the event log here. */
export type SinkFailureEvents = Pick<
  SinkEvents,
  'onCanvas' | 'onSegment' | 'onFailed' | 'mayGoOnElsewhere' | 'onRestarting' | 'onRestarted'
> & {
  readonly onWatchdogTrip: () => void;
  /** Nothing came for that long, and something has come again. */
  readonly onGapEnded: (stream: 'video' | 'audio', gapMs: number) => void;
};

/** Makes the sinks of one take: names their files, sizes their canvas, sets their caps. */
export class SinkFactory {
  readonly #options: SinkFactoryOptions;
  readonly #stems = new Set<string>();
  /** What the files of each sink are called, but for the number of their part. */
  readonly #bases = new WeakMap<RecordingSink, string>();

  constructor(options: SinkFactoryOptions) {
    this.#options = options;
  }

  /**
   * Makes a sink that has not begun yet.
   *
   * @param first the track that it is made for
   * @param part in which it begins
   */
  create(subject: SinkSubject, first: PublicationInfo, part: Cut, events: SinkFailureEvents): RecordingSink {
    const {
      audioOnly,
      clock,
      ffmpegPath,
      frameBytes,
      frameRateLimit,
      hurry,
      isUnwritten,
      keeperOf,
      profile,
      places,
      publicationsOf,
    } = this.#options;
    const { identity, kind, trackNumber } = subject;
    const videoRole = kind === 'screenShare' ? 'screenShare' : 'camera';
    const base = fileStemFor(identity, this.#stems, fileSuffix(subject, first.kind));
    const sink = new RecordingSink({
      subject,
      ffmpegPath,
      folder: places.of(part.number).folder.path,
      ...{ fileStem: this.#partStem(base, part), firstPart: part },
      profile,
      mayHaveVideo: !audioOnly && (trackNumber === 1 || first.kind === 'video'),
      canvas: profile.canvas,
      isVideoPublished: () =>
        trackNumber === 1 &&
        publicationsOf(identity).some(
          ({ isMuted, needsKey, role }) => role === videoRole && !isMuted && !needsKey,
        ),
      clock,
      frameBytes,
      frameRateLimit,
      hurry,
      ...{ keeperOf, isUnwritten },
      limits: sinkLimits(),
      placeOf: (partNumber) => this.#placeOf(partNumber, identity),
      events: { ...events, ...this.#logged(identity, videoRole, events) },
    });
    this.#bases.set(sink, base);
    return sink;
  }

  /** The sink goes on in a file of its own from there: `ada-part2`, under a name that nobody else's file has. */
  cut(sink: RecordingSink, cut: Cut): void {
    sink.cut(cut, this.#partStem(this.#bases.get(sink) ?? sink.subject.identity, cut));
  }

  #partStem(base: string, { number }: Cut): string {
    return number === 1 ? base : fileStemFor(base, this.#stems, `-part${number}`);
  }

  /** A file that somebody deletes is written anew from what is still open; it is told all the same. */
  #placeOf(partNumber: number, identity: string): SinkPlace {
    const { diskThrottle, onNotRestored, places, report } = this.#options;
    const { folder, fromPart, lanes, reserve } = places.of(partNumber);
    // The lab holds up the disk of the folder that the take began in.
    const limits = sinkLimits(fromPart === 1 ? diskThrottle : undefined, lanes);
    const onPresence = presenceEvents(report, identity, (file, error) =>
      onNotRestored(file, partNumber, error),
    );
    const kept = reserve === undefined ? {} : { reserve };
    return { folder: folder.path, limits: { ...limits, disk: { ...limits.disk, ...kept, onPresence } } };
  }

  #logged(
    identity: string,
    videoRole: 'camera' | 'screenShare',
    { onGapEnded, onWatchdogTrip }: SinkFailureEvents,
  ): Pick<
    SinkEvents,
    'onFrameSize' | 'onLongFrameGap' | 'onAudioGap' | 'onAudioCorrection' | 'onWatchdogTrip'
  > {
    const { report } = this.#options;
    return {
      onFrameSize: ({ height, width }, canvas) => {
        const what = videoRole === 'camera' ? 'camera' : 'screen';
        const isWhole = width === canvas?.width && height === canvas.height;
        report.info(
          'frameSizeChanged',
          `The ${what} of ${identity} is ${width}x${height} now${isWhole ? ', the size of its file' : ', and is fitted into the frame of its file'}.`,
          identity,
          { width, height },
        );
      },
      onLongFrameGap: (gapMs) => {
        onGapEnded('video', gapMs);
        tellGap(report, identity, 'video', gapMs);
      },
      onAudioGap: (gapMs) => {
        onGapEnded('audio', gapMs);
        tellGap(report, identity, 'audio', gapMs);
      },
      onAudioCorrection: correctionEvents(report, identity, () => performance.now()),
      onWatchdogTrip: (kind) => {
        report.warning(
          'loopBlocked',
          `The event loop was blocked: the ${kind} stream was closed and is open again.`,
          identity,
        );
        onWatchdogTrip();
      },
    };
  }
}

/** The caps of one sink, from the one table of caps. @param throttle the lab's; it and the lanes only in a take */
export function sinkLimits(throttle?: DiskThrottle, lanes?: DiskLanes): SinkLimits {
  return {
    frameQueue: { maxFrames: caps.frameQueueFrames },
    audioFrames: caps.audioQueueFrames,
    audioFrameMs: caps.audioFrameMs,
    framesInFlight: caps.framesInFlight,
    audioDiskCapBytes: caps.audioDiskQueueBytes,
    disk: {
      capBytes: caps.diskQueueBytes,
      syncEveryMs: caps.diskSyncEveryMs,
      ...(lanes === undefined ? {} : { lanes }),
      ...(throttle === undefined ? {} : { throttle }),
    },
  };
}
