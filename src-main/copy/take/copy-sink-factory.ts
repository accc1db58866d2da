import { join } from 'node:path';
import type { PlateauError } from '../../contract/errors.js';
import type { SinkSubject } from '../../sink/recording-sink.js';
import type { PresenceObserver } from '../../storage/recorded-file.js';
import { fileStemFor } from '../../storage/take-folder.js';
import { fileSuffix } from '../../take/file-suffix.js';
import { presenceEvents } from '../../take/presence-events.js';
import type { TakeMediaEvents } from '../../take/take-media.js';
import { blackByFfmpeg, BlackFrames } from '../file/black-frames.js';
import type { PartBegin } from '../file/parts-options.js';
import type { CopyFilesOptions } from './copy-files-options.js';
import { CopySink } from './copy-sink.js';
import type { FileOfPart, GapReason } from './copy-sink-options.js';

/** What is said of each reason, which is the name of its event as well. */
const gapReasons: Readonly<Record<GapReason, string>> = {
  diskFailed: 'The disk took no more',
  notDecrypted: 'No key fitted for a while',
  otherCodec: 'Frames of another codec were left out',
  packetsLost: 'Packets were lost',
};

/** Makes the files of a copied take: names them, and tells what happens to them. */
export class CopySinkFactory {
  readonly #options: CopyFilesOptions;
  readonly #events: Pick<TakeMediaEvents, 'onFailed' | 'onNotRestored' | 'onOpenChanged'>;
  readonly #blackFrames: BlackFrames;
  readonly #stems = new Set<string>();
  /** What files are called without the number of their part. */
  readonly #bases = new WeakMap<CopySink, string>();
  /** Files and codecs of which it was told. */
  readonly #toldCodecs = new Set<string>();
  /** When the take began, of the clock that packets carry. */
  readonly #originMs: number;

  /** @param options of a take that begins now, or has just begun */
  constructor(
    options: CopyFilesOptions,
    events: Pick<TakeMediaEvents, 'onFailed' | 'onNotRestored' | 'onOpenChanged'>,
  ) {
    this.#options = options;
    this.#events = events;
    this.#blackFrames = new BlackFrames(blackByFfmpeg(options.take.ffmpegPath));
    this.#originMs = performance.now() - options.clock.elapsedMs();
  }

  /**
   * Makes a file. Never rejects: one that cannot be made is told of.
   *
   * @param medium of its first track @param first part of the take in which it begins
   * @param unmade one that could not be made, and whose name it has; null for a new name
   */
  open(
    subject: SinkSubject,
    medium: 'video' | 'audio',
    first: PartBegin,
    unmade: CopySink | null = null,
  ): Promise<CopySink> {
    const { places, take } = this.#options;
    const { report } = take;
    const { identity } = subject;
    const given = unmade === null ? undefined : this.#bases.get(unmade);
    const base = given ?? fileStemFor(identity, this.#stems, fileSuffix(subject, medium));
    const names = new Map<number, string>();
    // Of a part whose file could not be made the name is asked for once more.
    const fileOf = (part: number): FileOfPart => {
      const suffix = `-part${part}`;
      const stem = names.get(part) ?? (part === 1 ? base : fileStemFor(base, this.#stems, suffix));
      names.set(part, stem);
      const file = `${stem}.mkv`;
      const { folder, lanes, reserve } = places.of(part);
      const presence = presenceEvents(report, identity, (...lost) =>
        this.#events.onNotRestored?.(...lost, part),
      );
      const disk = {
        ...{ lanes, onPresence: (...told: Parameters<PresenceObserver>) => presence(file, ...told) },
        ...(reserve === undefined ? {} : { reserve }),
      };
      return { file, path: join(folder.path, file), disk };
    };
    const keeper = this.#options.keeper?.();
    return CopySink.open({
      ...{ subject, fileOf, first },
      media: {
        ...{ originMs: this.#originMs, clock: this.#options.clock, blackFrames: this.#blackFrames },
        ...{ keeper, isUnwritten: this.#options.isUnwritten === true },
        onOtherCodec: (codec) => this.#tellOtherCodec(fileOf(first.number).file, identity, codec),
      },
      onFailed: (error, { file, number }) =>
        this.#events.onFailed({ subject }, error, { number, segments: { file } }),
      onPartsChanged: () => this.#events.onOpenChanged(),
      onNotCut: (part, error) => this.#tellNotCut(identity, part, error),
      onGap: (file, stream, lengthMs, name) => {
        const message = `${gapReasons[name]}: ${file} lacks ${lengthMs} ms of ${stream}.`;
        report.warning(name, message, identity, { file, stream, lengthMs });
      },
    }).then((sink) => {
      this.#bases.set(sink, base);
      keeper?.follow(sink);
      return sink;
    });
  }

  #tellNotCut(identity: string, part: number, error: PlateauError | null): void {
    const { report } = this.#options.take;
    if (error === null) {
      const message = `The camera or screen of ${identity} sends no key frame: it goes on in the part before, and part ${part} begins with the next one.`;
      report.warning('splitDelayed', message, identity, { part });
      return;
    }
    const message = `Part ${part} of ${identity} could not begin, and nothing is lost: the part before goes on. ${error.message}`;
    report.error('splitFailed', message, identity, { part, hint: error.hint });
  }

  #tellOtherCodec(file: string, identity: string, codec: string): void {
    const key = `${file} ${codec}`;
    if (this.#toldCodecs.has(key)) return;
    this.#toldCodecs.add(key);
    this.#options.take.report.warning(
      'otherCodec',
      `The camera of ${identity} went over to ${codec}, which ${file} cannot hold: its frames are left out until it is back, or the take is split.`,
      identity,
      { file, codec },
    );
  }
}
