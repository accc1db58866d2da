import { type PlateauError, toPlateauError } from '../contract/errors.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { Profile } from '../contract/profile.js';
import type { SinkSnapshot } from '../contract/snapshot.js';
import { codecNames } from '../ffmpeg/ffmpeg-arguments.js';
import type { PublicationInfo } from '../livekit/remote-track.js';
import type { RecordingSink, SinkSubject } from '../sink/recording-sink.js';
import type { StreamShape } from '../telemetry/budget.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { SinkFactory, type SinkFactoryOptions, sinkSubject } from './sink-factory.js';
import { SinkMeter } from './sink-meter.js';
import { manifestEntry } from './take-manifest.js';

/** What a take's files tell it. */
export interface TakeFilesEvents {
  /** Somebody is recorded who was not before. */
  readonly onAdded: (sink: RecordingSink) => void;
  /** A file has one more segment. */
  readonly onSegment: () => void;
  /** A file records no more, or lacks its end. */
  readonly onFailed: (sink: RecordingSink, error: PlateauError) => void;
  readonly onWatchdogTrip: () => void;
}

/** The files of one take: a sink for each participant and each screen share, made when their first track comes. */
export class TakeFiles {
  readonly #factory: SinkFactory;
  readonly #report: EventReporter;
  readonly #profile: Profile;
  readonly #events: TakeFilesEvents;
  readonly #files = new Map<string, { readonly sink: RecordingSink; readonly meter: SinkMeter }>();

  constructor(options: SinkFactoryOptions, events: TakeFilesEvents) {
    this.#factory = new SinkFactory(options);
    this.#report = options.report;
    this.#profile = options.profile;
    this.#events = events;
  }

  /** How many there are. */
  get count(): number {
    return this.#files.size;
  }

  /** The encoders that run, by the file they write. */
  get encoders(): { readonly file: string; readonly identity: string; readonly pid: number }[] {
    return this.#sinks.flatMap(({ file, encoderPid: pid, subject }) =>
      pid === undefined ? [] : [{ file, identity: subject.identity, pid }],
    );
  }

  /** The sink into which a track goes; undefined before its first track. */
  find(track: PublicationInfo): RecordingSink | undefined {
    return this.#files.get(fileKey(sinkSubject(track)))?.sink;
  }

  /** The same; made when there is none yet. */
  findOrAdd(track: PublicationInfo): RecordingSink {
    // Whoever comes back may have another name.
    this.rename(track.identity, track.participantName);
    return this.find(track) ?? this.#add(sinkSubject(track));
  }

  /** Gives the files of somebody another name. @returns whether any has it only now */
  rename(identity: string, name: string): boolean {
    const renamed = this.#sinks.filter(
      ({ subject }) => subject.identity === identity && subject.participantName !== name,
    );
    for (const sink of renamed) sink.rename(name);
    return renamed.length > 0;
  }

  /** Called a few times a second. @param nowMs milliseconds on the take's timeline */
  tick(nowMs: number): void {
    for (const { sink } of this.#files.values()) sink.tick(nowMs);
  }

  /** Every file at the present moment. Peaks since the last call are reset by it. */
  snapshots(nowMs: number): SinkSnapshot[] {
    return [...this.#files.values()].map(({ meter }) => meter.snapshot(nowMs));
  }

  /** Their entries in the manifest, as far as they are known. */
  entries(): ManifestFile[] {
    const codecs = codecNames(this.#profile);
    return this.#sinks.map((sink) => manifestEntry(sink, codecs));
  }

  /** What the budget has to reckon with: the size that a track may have at most. */
  shapes(declaredSize: SinkFactoryOptions['declaredSize']): StreamShape[] {
    const fps = this.#profile.maxFps ?? 60;
    return this.#sinks.map(({ canvas, subject: { identity, kind } }) => ({
      frame: canvas === null ? null : { ...(declaredSize(identity, kind) ?? canvas), fps },
    }));
  }

  /** Ends all of them at `endMs` of the take, and waits until they are on disk. Never rejects. */
  async finish(endMs: number): Promise<void> {
    const endings = this.#sinks.map((sink) =>
      sink.finish(endMs).catch((thrown: unknown) => {
        this.#events.onFailed(sink, toPlateauError(thrown));
      }),
    );
    await Promise.all(endings);
  }

  get #sinks(): RecordingSink[] {
    return [...this.#files.values()].map(({ sink }) => sink);
  }

  #add(subject: SinkSubject): RecordingSink {
    const { onAdded, onFailed, onSegment, onWatchdogTrip } = this.#events;
    const { identity } = subject;
    const tell = (error: PlateauError, message: string): void => {
      this.#report.error(error.code, message, identity, { hint: error.hint });
    };
    const sink: RecordingSink = this.#factory.create(subject, {
      onWatchdogTrip,
      onRestarting: (error) => {
        tell(error, `${error.message} A new one is started.`);
      },
      onRestarted: () => {
        this.#report.warning('encoderRestarted', 'Recording goes on with a new ffmpeg.', identity);
        onSegment();
      },
      onFailed: (error) => {
        tell(error, error.message);
        onFailed(sink, error);
      },
    });
    this.#files.set(fileKey(subject), { sink, meter: new SinkMeter(sink) });
    onAdded(sink);
    return sink;
  }
}

function fileKey({ identity, kind }: SinkSubject): string {
  return `${kind}:${identity}`;
}
