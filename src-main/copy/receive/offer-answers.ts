import { SessionDescription } from '@livekit/protocol';
import { type PlateauError, toPlateauError } from '../../contract/errors.js';
import type { AnsweredOffer } from '../signal/session-messages.js';
import type { RequestMessage } from '../signal/signal-connection.js';
import type { MediaSession } from './media-session.js';
import { PathPatience } from './path-patience.js';

/** Whom answers concern. */
export interface OfferAnswersOptions {
  /** The session that stands now; what comes of another one is left out. */
  readonly media: () => MediaSession | null;
  readonly send: (message: RequestMessage) => void;
  /** Media can come, over another way than before or for the first time. */
  readonly onConnected: () => void;
  /** An offer could not be answered, or no way was found. @param isVain it was tried for long enough */
  readonly onFailed: (failure: PlateauError, isVain: boolean) => void;
  /** How long media that came before are waited for; a minute when left out. */
  readonly patienceMs?: number | undefined;
}

/** Answers the offers of a server one after the other, and connects by them. */
export class OfferAnswers {
  readonly #options: OfferAnswersOptions;
  readonly #patience: PathPatience;
  #answers: Promise<void> = Promise.resolve();
  #last: AnsweredOffer | null = null;
  #offerCame: () => void = () => undefined;
  readonly #offered = new Promise<void>((resolve) => {
    this.#offerCame = resolve;
  });
  #searchEnded: () => void = () => undefined;
  readonly #searched = new Promise<void>((resolve) => {
    this.#searchEnded = resolve;
  });

  constructor(options: OfferAnswersOptions) {
    this.#options = options;
    this.#patience = new PathPatience(options.patienceMs);
  }

  /** The last offer that was answered; null before the first one of a session. */
  get last(): AnsweredOffer | null {
    return this.#last;
  }

  /**
   * Waits until the first search for a way has ended, whatever came of it; no longer than `patienceMs` where no offer comes, as
   * from a server that offers nothing before it has tracks.
   */
  async firstSearch(patienceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), patienceMs);
    });
    if ((await Promise.race([this.#offered, limit])) === 'late') return;
    clearTimeout(timer);
    await this.#searched;
  }

  /** A new session begins. */
  forget(): void {
    this.#last = null;
  }

  /** Answers an offer, after those before. */
  answer(offer: SessionDescription): void {
    const media = this.#options.media();
    if (media === null) return;
    this.#offerCame();
    this.#answers = this.#answers.then(async () => {
      try {
        await this.#answerFor(media, offer);
      } catch (failure) {
        this.#failed(media, failure);
      }
    });
  }

  async #answerFor(media: MediaSession, { id, sdp }: SessionDescription): Promise<void> {
    const { answer, connect } = await media.answer(sdp);
    if (this.#options.media() !== media) return;
    this.#last = { offer: sdp, answer };
    this.#options.send({
      case: 'answer',
      value: new SessionDescription({ type: 'answer', sdp: answer, id }),
    });
    if (connect === null) return;
    this.#patience.begin(performance.now());
    // The next offer may come before media do.
    connect().then(
      () => {
        this.#searchEnded();
        if (this.#options.media() !== media) return;
        this.#patience.stands();
        this.#options.onConnected();
      },
      (failure: unknown) => this.#failed(media, failure),
    );
  }

  #failed(media: MediaSession, thrown: unknown): void {
    if (this.#options.media() === media) {
      this.#options.onFailed(toPlateauError(thrown), this.#patience.isOver(performance.now()));
    }
    this.#searchEnded();
  }
}
