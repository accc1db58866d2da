import { join } from 'node:path';
import { PlateauError } from '../../contract/errors.js';
import type { ManifestFile } from '../../contract/manifest.js';
import type { TakeClock } from '../../pipeline/take-clock.js';
import { writeCopiedFiles } from '../../storage/copied-files.js';
import { fileStemFor } from '../../storage/take-folder.js';
import { blackByFfmpeg, BlackFrames } from '../file/black-frames.js';
import { MatroskaFile } from '../file/matroska-file.js';
import type { StreamKind } from '../file/part-marks.js';
import type { SinkKeeper } from '../take/sink-keeper.js';
import { ClusterRing } from './cluster-ring.js';
import type { StretchCounts } from './count-samples.js';
import { KeptFile, keyEveryMs } from './kept-file.js';
import { blocksOf, type CutFile, cutReplay, type ReplayCut, replaySpanMs } from './replay-cut.js';
import { replayEntry } from './replay-entry.js';
import { type LinesOfReplay, ReplayLines } from './replay-lines.js';

/** What was sent up to the moment is under way for so long, in milliseconds. */
const settleMs = 300;
/** What waits for its sender's clock (3 s), for a cut or for the black before it is waited for, and that is how long at most, in milliseconds. */
const mostSettleMs = 3_300;
/** Kept beyond what is asked for: an open cluster, and what a sender takes to answer. In milliseconds. */
const marginMs = 4_000;
/** How long a replay would be is reckoned anew after so long, in milliseconds of the take. */
const spanEveryMs = 1_000;

/** How much of the past a copied take keeps. */
export interface CopyReplayOptions {
  readonly seconds: number;
  readonly capBytes: number;
  readonly clock: Pick<TakeClock, 'nowMs'>;
  /** What stands before the first picture of a camera whose key frame came later. */
  readonly blackFrames: BlackFrames;
}

/** What a replay is that was cut and is held until it is written. Times are the take's, in milliseconds. */
export type CutFacts = Pick<ReplayCut, 'bytes' | 'endMs' | 'fromMs'>;

/** A file of it, with its name, and what was counted when it was cut: the take goes on. */
interface NamedFile extends CutFile {
  readonly name: string;
  readonly needsBlack: boolean;
  readonly counted: Readonly<Record<StreamKind, StretchCounts>>;
}

interface HeldReplay extends Omit<ReplayCut, 'files'> {
  readonly files: readonly NamedFile[];
  readonly release: () => void;
}

/** The replay buffer of a copied take: the last minutes of what was sent, in memory, and files that are made of them. */
export class CopyReplay {
  readonly #options: CopyReplayOptions;
  readonly #ring: ClusterRing;
  readonly #files: KeptFile[] = [];
  #held: HeldReplay | null = null;
  #span = { atMs: -Infinity, ms: 0 };

  constructor(options: CopyReplayOptions) {
    this.#options = options;
    const keepMs = options.seconds * 1_000 + keyEveryMs + marginMs;
    this.#ring = new ClusterRing({ keepMs, capBytes: options.capBytes });
  }

  /** One whose black frames an ffmpeg makes. */
  static with(ffmpegPath: string, options: Omit<CopyReplayOptions, 'blackFrames'>): CopyReplay {
    return new CopyReplay({ ...options, blackFrames: new BlackFrames(blackByFfmpeg(ffmpegPath)) });
  }

  /** For another file of the take. */
  readonly open = (): SinkKeeper => {
    const file = new KeptFile(this.#ring);
    this.#files.push(file);
    return file;
  };

  /** What it holds, and how long a replay would be that is saved now, in milliseconds. */
  get state(): { readonly spanMs: number; readonly heldBytes: number; readonly isCapped: boolean } {
    const { heldBytes, isCapped } = this.#ring;
    return { spanMs: Math.round(this.#spanMs()), heldBytes, isCapped };
  }

  /** Called a few times a second. */
  tick(): void {
    const nowMs = Math.max(0, this.#options.clock.nowMs());
    this.#ring.tick(nowMs);
    for (const file of this.#files) file.tick(nowMs);
  }

  /**
   * Cuts the last `askedMs` and holds them until they are written, or {@link CopyReplay.drop} is called. What is under way is
   * waited for.
   *
   * @returns null when there is nothing
   */
  async cut(askedMs: number): Promise<CutFacts | null> {
    const endMs = this.#options.clock.nowMs();
    await this.#settled();
    for (const file of this.#files) file.flush();
    this.drop();
    const cut = cutReplay(this.#files, Math.max(0, endMs - askedMs), endMs);
    if (cut === null) return null;
    const stems = new Set<string>();
    const files = cut.files.map((file): NamedFile => {
      const { needsBlack, video } = countedLines(file, cut);
      return {
        ...{ ...file, needsBlack },
        // Pictures of which none can be shown are none.
        video: video.filled + video.written === 0 ? null : file.video,
        name: `${fileStemFor(stemOf(file), stems)}.mkv`,
        counted: file.file.counts.since(cut.fromMs, file.sink.counts),
      };
    });
    const clusters = files.flatMap((file) => file.clusters.map(({ kept }) => kept));
    this.#held = { ...cut, files, release: this.#ring.hold(clusters) };
    return { fromMs: cut.fromMs, endMs, bytes: cut.bytes };
  }

  /**
   * Writes what was cut into a folder, one file after the other.
   *
   * @returns its entries in the manifest
   * @throws PlateauError `invalidState` when nothing is cut; `outputUnwritable`, `diskFull`
   */
  async write(folder: string): Promise<ManifestFile[]> {
    const held = this.#held;
    if (held === null)
      throw new PlateauError('invalidState', 'The replay is not held any more.', 'Save another one.');
    try {
      const entries = held.files.map((file) =>
        replayEntry(file, held, file.name, countedLines(file, held), null),
      );
      // Should both processes be killed meanwhile, whoever recovers it knows what there is.
      const takeMs = held.endMs - held.fromMs;
      await writeCopiedFiles(folder, { hasEnded: false, takeMs, files: entries });
      const written: ManifestFile[] = [];
      for (const file of held.files) written.push(await this.#writeFile(folder, file, held));
      return written;
    } finally {
      if (this.#held === held) this.drop();
    }
  }

  /** What was cut is not written. */
  drop(): void {
    this.#held?.release();
    this.#held = null;
  }

  async #writeFile(folder: string, file: NamedFile, range: HeldReplay): Promise<ManifestFile> {
    const { name, needsBlack, video } = file;
    const black =
      video !== null && needsBlack ? await this.#options.blackFrames.of(video.codec, video.size) : null;
    const target = await MatroskaFile.create(join(folder, name));
    if (video !== null) target.setVideo(video);
    const lines = new ReplayLines(target, rangeOf(range), black);
    for (const cluster of file.clusters) {
      for (const { atMs, block } of blocksOf(cluster)) lines.take(block, atMs - range.fromMs);
      // So that no more of it is queued than a cluster or two, and the take has its turn.
      await target.drained();
    }
    const counted = lines.finish();
    await target.finish();
    return replayEntry(file, range, name, counted, target.packets);
  }

  /** Everything that came by now is in the files. */
  async #settled(): Promise<void> {
    const isWaiting = ({ sink }: KeptFile): boolean =>
      sink !== null && sink.counts.audio.waiting + sink.counts.video.waiting > 0;
    const fromMs = performance.now();
    do await new Promise((resolve) => setTimeout(resolve, settleMs));
    while (this.#files.some(isWaiting) && performance.now() - fromMs < mostSettleMs);
  }

  #spanMs(): number {
    const { clock, seconds } = this.#options;
    const nowMs = clock.nowMs();
    if (nowMs - this.#span.atMs >= spanEveryMs)
      this.#span = {
        atMs: nowMs,
        ms: replaySpanMs(this.#files, Math.max(0, nowMs - seconds * 1_000), nowMs),
      };
    return this.#span.ms;
  }
}

type Range = Pick<ReplayCut, 'endMs' | 'fromMs' | 'momentMs'>;

function rangeOf({ endMs, fromMs, momentMs }: Range): ConstructorParameters<typeof ReplayLines>[1] {
  return { askedMs: Math.max(0, momentMs - fromMs), endMs: endMs - fromMs };
}

/** As it will be counted when it is written. */
function countedLines(file: CutFile, cut: Range): LinesOfReplay {
  const lines = new ReplayLines({ write: () => true }, rangeOf(cut), null);
  for (const cluster of file.clusters)
    for (const { atMs, block } of blocksOf(cluster)) lines.take(block, atMs - cut.fromMs);
  return lines.finish();
}

/** A file of a take has its name from whoever it records, without the number of a part. */
function stemOf({ sink }: CutFile): string {
  const [first] = sink.parts;
  const { file = 'file.mkv', number = 1 } = first ?? {};
  const stem = file.replace(/\.mkv$/, '');
  return number === 1 ? stem : stem.replace(new RegExp(`-part${number}$`), '');
}
