import { join } from 'node:path';
import type { SinkSubject } from '../../sink/recording-sink.js';
import { fileStemFor } from '../../storage/take-folder.js';
import { fileSuffix } from '../../take/file-suffix.js';
import { presenceEvents } from '../../take/presence-events.js';
import type { TakeMediaEvents } from '../../take/take-media.js';
import { blackByFfmpeg, BlackFrames } from '../file/black-frames.js';
import type { CopyFilesOptions } from './copy-files-options.js';
import { CopySink } from './copy-sink.js';

/** Makes the files of a copied take: names them, and tells what happens to them. */
export class CopySinkFactory {
  readonly #options: CopyFilesOptions;
  readonly #events: Pick<TakeMediaEvents, 'onFailed'>;
  readonly #blackFrames: BlackFrames;
  readonly #stems = new Set<string>();
  /** Files and codecs of which it was told. */
  readonly #toldCodecs = new Set<string>();
  /** When the take began, of the clock that packets carry. */
  readonly #originMs: number;

  /** @param options of a take that begins now, or has just begun */
  constructor(options: CopyFilesOptions, events: Pick<TakeMediaEvents, 'onFailed'>) {
    this.#options = options;
    this.#events = events;
    this.#blackFrames = new BlackFrames(blackByFfmpeg(options.take.ffmpegPath));
    this.#originMs = performance.now() - options.clock.elapsedMs();
  }

  /** Makes a file. Never rejects: one that cannot be made is told of. @param medium of its first track */
  open(subject: SinkSubject, medium: 'video' | 'audio'): Promise<CopySink> {
    const { places, take } = this.#options;
    const { report } = take;
    const { folder, lanes, reserve } = places.current;
    const { identity } = subject;
    const file = `${fileStemFor(identity, this.#stems, fileSuffix(subject, medium))}.mkv`;
    const presence = presenceEvents(report, identity, () => undefined);
    return CopySink.open({
      ...{ subject, file, path: join(folder.path, file) },
      media: {
        ...{ originMs: this.#originMs, blackFrames: this.#blackFrames, lanes },
        ...(reserve === undefined ? {} : { reserve }),
        onPresence: (...told) => presence(file, ...told),
        onOtherCodec: (codec) => this.#tellOtherCodec(file, identity, codec),
      },
      onFailed: (error) => {
        report.error(error.code, error.message, identity, { hint: error.hint });
        this.#events.onFailed({ subject }, error, { number: 1, segments: { file } });
      },
      onGap: (stream, lengthMs, isUndecrypted) => {
        const [name, why] = isUndecrypted
          ? (['notDecrypted', 'No key fitted for a while'] as const)
          : (['packetsLost', 'Packets were lost'] as const);
        const message = `${why}: ${file} lacks ${lengthMs} ms of ${stream}.`;
        report.warning(name, message, identity, { file, stream, lengthMs });
      },
    });
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
