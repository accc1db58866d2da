import { join } from 'node:path';
import type { PlateauError } from '../../contract/errors.js';
import type { SinkSubject } from '../../sink/recording-sink.js';
import { fileStemFor } from '../../storage/take-folder.js';
import { fileSuffix } from '../../take/file-suffix.js';
import { presenceEvents } from '../../take/presence-events.js';
import type { TakeMediaEvents } from '../../take/take-media.js';
import { blackByFfmpeg, BlackFrames } from '../file/black-frames.js';
import type { PartBegin } from '../file/parts-of-file.js';
import type { CopyFilesOptions } from './copy-files-options.js';
import { CopySink } from './copy-sink.js';

/** Makes the files of a copied take: names them, and tells what happens to them. */
export class CopySinkFactory {
  readonly #options: CopyFilesOptions;
  readonly #events: Pick<TakeMediaEvents, 'onFailed' | 'onOpenChanged'>;
  readonly #blackFrames: BlackFrames;
  readonly #stems = new Set<string>();
  /** Files and codecs of which it was told. */
  readonly #toldCodecs = new Set<string>();
  /** When the take began, of the clock that packets carry. */
  readonly #originMs: number;

  /** @param options of a take that begins now, or has just begun */
  constructor(options: CopyFilesOptions, events: Pick<TakeMediaEvents, 'onFailed' | 'onOpenChanged'>) {
    this.#options = options;
    this.#events = events;
    this.#blackFrames = new BlackFrames(blackByFfmpeg(options.take.ffmpegPath));
    this.#originMs = performance.now() - options.clock.elapsedMs();
  }

  /**
   * Makes a file. Never rejects: one that cannot be made is told of.
   *
   * @param medium of its first track @param first part of the take in which it begins
   */
  open(subject: SinkSubject, medium: 'video' | 'audio', first: PartBegin): Promise<CopySink> {
    const { places, take } = this.#options;
    const { report } = take;
    const { folder, lanes, reserve } = places.current;
    const { identity } = subject;
    const base = fileStemFor(identity, this.#stems, fileSuffix(subject, medium));
    const names = new Map<number, string>();
    // Of a part whose file could not be made the name is asked for once more.
    const fileOf = (part: number): { file: string; path: string } => {
      const suffix = `-part${part}`;
      const stem = names.get(part) ?? (part === 1 ? base : fileStemFor(base, this.#stems, suffix));
      names.set(part, stem);
      const file = `${stem}.mkv`;
      return { file, path: join(folder.path, file) };
    };
    const keeper = this.#options.keeper?.();
    const presence = presenceEvents(report, identity, () => undefined);
    return CopySink.open({
      ...{ subject, fileOf, first },
      media: {
        ...{ originMs: this.#originMs, clock: this.#options.clock, blackFrames: this.#blackFrames, lanes },
        ...(reserve === undefined ? {} : { reserve }),
        ...{ keeper, isUnwritten: this.#options.isUnwritten === true },
        onPresence: (...told) => presence(fileOf(first.number).file, ...told),
        onOtherCodec: (codec) => this.#tellOtherCodec(fileOf(first.number).file, identity, codec),
      },
      onFailed: (error, { file, number }) => {
        report.error(error.code, error.message, identity, { hint: error.hint });
        this.#events.onFailed({ subject }, error, { number, segments: { file } });
      },
      onPartsChanged: () => this.#events.onOpenChanged(),
      onNotCut: (part, error) => this.#tellNotCut(identity, part, error),
      onGap: (file, stream, lengthMs, isUndecrypted) => {
        const [name, why] = isUndecrypted
          ? (['notDecrypted', 'No key fitted for a while'] as const)
          : (['packetsLost', 'Packets were lost'] as const);
        const message = `${why}: ${file} lacks ${lengthMs} ms of ${stream}.`;
        report.warning(name, message, identity, { file, stream, lengthMs });
      },
    }).then((sink) => {
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
      `The camera of ${identity} went over to ${codec}, which ${file} cannot hold: its frames are left out until it is back.`,
      identity,
      { file, codec },
    );
  }
}
