import { PlateauError, toPlateauError } from '../contract/errors.js';
import { formatTimecode } from '../format/time.js';
import type { Cut } from '../sink/file-parts.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { type ContinuedMedia, handingOver } from './continued-media.js';
import type { CopyRestart } from './copy-restart.js';
import type { CopiedMedia, OpenMedia, TakeMedia } from './take-media.js';

/**
 * Encoders end after so long, whoever has sent nothing by then: a microphone that is silent may send nothing for minutes. What a
 * sender's clock needs (3 s) and a key frame are in it, on a busy machine. Milliseconds.
 */
const patienceMs = 10_000;

/** What a take that goes over to copy mode is made of. */
export interface HandOverOptions {
  /** Joins the room once more; left out where that cannot be. */
  readonly join: (() => Promise<CopiedMedia>) | undefined;
  readonly media: ContinuedMedia;
  readonly report: EventReporter;
  /** The number of the next part, which begins now. @throws PlateauError `invalidState` */
  readonly nextPart: () => Cut;
  /** It has not come to it. */
  readonly takeBackPart: () => void;
  readonly open: (openMedia: OpenMedia, first: Cut) => TakeMedia;
  /** Everything in the room belongs to the files that go on. */
  readonly begin: (copied: CopiedMedia) => void;
  readonly isStopping: () => boolean;
  /** Nothing is encoded any more: what the room's session receives is of no use to the take. */
  readonly onDone: () => void;
  /** Goes on in copy mode when the process that receives is gone. */
  readonly restart: Pick<CopyRestart, 'begin' | 'end' | 'filesEnded' | 'tick'>;
  /** Removes copied files of a part that are none of the take's any more, those that were told of and the others. Never rejects. */
  readonly discard: (files: readonly string[], part: number) => Promise<void>;
}

/**
 * Goes over from encoding to copying while a take runs. The room is joined once more beside the encoders; when every track that
 * is encoded is in the new files as well, the encoders end. So the last encoded part and the first copied one overlap by some
 * seconds, and nothing is in neither.
 */
export class CopyHandOver {
  readonly #options: HandOverOptions;
  #isJoining = false;
  /** Resolves what {@link CopyHandOver.begin} answers, or rejects it. */
  #settle: (failure: PlateauError | null) => void = () => undefined;
  #first: Cut | null = null;
  /** What was given up has left nothing in the folder: the next one writes files of the same names. */
  #discarded: Promise<void> = Promise.resolve();

  constructor(options: HandOverOptions) {
    this.#options = options;
  }

  /** Whether it is under way. */
  get isUnderWay(): boolean {
    return this.#isJoining || this.#options.media.isHandingOver;
  }

  /**
   * Begins. Resolves when the encoders are told to end, or the take ends. When it rejects the take goes on as it was.
   *
   * @returns the first part that is copied
   * @throws PlateauError `invalidState`; as whoever joins does
   */
  async begin(): Promise<Cut> {
    const { begin, isStopping, join, media, nextPart, open, report } = this.#options;
    if (join === undefined || media.isCopied)
      throw new PlateauError('invalidState', 'The take is copied already.', 'There is nothing to change.');
    if (this.isUnderWay) throw handingOver();
    this.#isJoining = true;
    const copied = await Promise.all([join(), this.#discarded])
      .then(([joined]) => joined)
      .catch((thrown: unknown) => {
        const { code, hint, message } = toPlateauError(thrown);
        throw new PlateauError(code, `The take goes on encoded. ${message}`, hint);
      })
      .finally(() => {
        this.#isJoining = false;
      });
    try {
      if (isStopping())
        throw new PlateauError('invalidState', 'The take has ended meanwhile.', 'Start another one.');
      const first = nextPart();
      media.continueWith(open(copied.openMedia, first), first);
      this.#first = first;
    } catch (thrown) {
      await copied.close();
      throw thrown;
    }
    const { atMs, number } = this.#first;
    report.info(
      'copyBegins',
      `What is sent is copied from ${formatTimecode(atMs, true)} on, in part ${number}. The encoders end when every track is there.`,
      null,
      { part: number, takeMs: Math.round(atMs) },
    );
    const settled = new Promise<void>((resolve, reject) => {
      this.#settle = (failure) => (failure === null ? resolve() : reject(failure));
    });
    begin(copied);
    await settled;
    return this.#first;
  }

  /** Called a few times a second. @param nowMs of the take's timeline */
  tick(nowMs: number): void {
    const { media, onDone, report, restart } = this.#options;
    restart.tick(nowMs);
    const first = this.#first;
    if (first === null || !media.isHandingOver) return;
    const isWhole = media.hasTakenOver;
    if (!isWhole && nowMs - first.atMs < patienceMs) return;
    void media.endFormer(nowMs);
    const at = formatTimecode(nowMs, true);
    const details = { part: first.number, takeMs: Math.round(nowMs) };
    if (isWhole) report.info('takeCopied', `Nothing is encoded any more from ${at} on.`, null, details);
    else
      report.warning(
        'takeCopied',
        `Nothing is encoded any more from ${at} on. Of some tracks nothing has come in copy mode by then: they follow when they send.`,
        null,
        details,
      );
    onDone();
    this.#settle(null);
  }

  /** The process that receives is gone. As `FilledTake.receiverGone`. */
  receiverGone(failure: PlateauError, giveUp: () => void): boolean {
    const { media, restart } = this.#options;
    if (!media.isHandingOver) return restart.begin(failure, giveUp);
    this.#giveUp(failure);
    return true;
  }

  /** Encoders go on as if nobody had asked: what it has written they have as well, and it is removed. */
  #giveUp(failure: PlateauError): void {
    const { discard, media, report, takeBackPart } = this.#options;
    const given = media.takeBack();
    takeBackPart();
    const error = new PlateauError(
      failure.code,
      `The take goes on encoded: copy mode could not take over. ${failure.message}`,
      'Try again, or look whether the system is short of memory.',
    );
    report.error('copyGivenUp', error.message, null, { hint: error.hint });
    // It knows its files when they have ended.
    const { atMs, number } = this.#first ?? { atMs: 0, number: 0 };
    this.#discarded = given.finish(atMs).then(() =>
      discard(
        given.entries().map(({ file }) => file),
        number,
      ),
    );
    this.#settle(error);
  }

  /** The take ends, with both. @param nowMs of the take's timeline */
  end(nowMs: number): void {
    this.#options.restart.end(nowMs);
    this.#settle(null);
  }

  /** Ends all files behind {@link CopyHandOver.end}, as {@link ContinuedMedia.finish}. */
  async finish(endMs: number): Promise<void> {
    await this.#options.media.finish(endMs);
    this.#options.restart.filesEnded(endMs);
  }
}
