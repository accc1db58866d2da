import { packetMsOf } from '../../pipeline/concealed-audio.js';
import type { HeldBack } from '../../pipeline/held-back.js';
import { DiscardedPackets } from './discarded-packets.js';
import type { FrameDispatcher } from './frame-dispatcher.js';
import { JitterBufferDelay } from './jitter-buffer-delay.js';
import { requestTrackStatistics, type TrackAnswer, type TrackStatistics } from './track-statistics.js';

/** A jitter buffer that begins, or changes, is asked more often: until its delay is known nobody knows where its frames stand. */
const readingsOfYoung = 8;
/** No camera and no screen sends more frames than 60 a second. */
const leastFrameMs = 1000 / 60;
/** One may be of the moment in which a session is negotiated. */
const emptyAnswers = 2;

/** What WebRTC counts of one track, asked again and again. Owns nothing native. */
export class TrackCounters {
  /** What it counted when it was last asked; null before. */
  latest: TrackStatistics | null = null;
  /** How often it has answered. */
  answers = 0;
  /** When an answer had further packets, of `performance.now`; before the first, when the stream began. */
  grownAtMs = performance.now();
  readonly #dispatcher: FrameDispatcher;
  readonly #heldBack: HeldBack;
  /** Answers in a row that name nothing that receives it, after others that did. */
  #empty = 0;
  readonly #onAnswer: (answer: TrackAnswer) => void;
  #jitterBuffer = new JitterBufferDelay();
  #discarded = new DiscardedPackets();
  /** How often it has been asked since its stream began, or the delay of its jitter buffer changed. */
  #asked = 0;
  #unanswered = 0;
  #isMended = false;
  /** An answer has named what receives the present stream. */
  #isNamed = false;

  /** @param heldBack is told of what comes @param onAnswer called with each answer that holds something */
  constructor(dispatcher: FrameDispatcher, heldBack: HeldBack, onAnswer: (answer: TrackAnswer) => void) {
    this.#dispatcher = dispatcher;
    this.#heldBack = heldBack;
    this.#onAnswer = onAnswer;
  }

  /** Whether its first figures are known. */
  get isSettled(): boolean {
    return this.#asked >= readingsOfYoung;
  }

  /** Whether an answer is on its way. */
  get isAsking(): boolean {
    return this.#unanswered > 0;
  }

  /** Nothing receives it any more: the server has taken it off the session. What it does with a track that ends, too. */
  get isGone(): boolean {
    return !this.#isMended && this.#empty >= emptyAnswers;
  }

  /** While the SDK mends the connection, or makes another one, nothing is received: that says nothing of a track. */
  set isMended(isMended: boolean) {
    this.#isMended = isMended;
    this.#empty = 0;
  }

  /** What is played out has changed at once: it is asked as often as at the beginning. */
  restless(): void {
    this.#asked = 0;
  }

  /** A fresh stream takes the place of the former one, with a jitter buffer of its own. */
  restart(): void {
    this.#jitterBuffer = new JitterBufferDelay();
    this.#discarded = new DiscardedPackets();
    this.#asked = 0;
    this.#heldBack.restart();
    this.#empty = 0;
    this.#isNamed = false;
    this.grownAtMs = performance.now();
    // It was that of the former one, and may be another track's by now.
    if (this.latest !== null) this.latest = { ...this.latest, receiverId: '' };
  }

  /**
   * Asks anew; the answer comes a moment later.
   *
   * @param trackHandle the SDK's; it stays with whoever owns the track
   * @throws Error when the track is gone
   */
  ask(trackHandle: bigint): void {
    this.#asked += 1;
    const buffer = this.#jitterBuffer;
    requestTrackStatistics(this.#dispatcher, trackHandle, buffer, this.#discarded, (answer, hasFailed) => {
      this.answers += 1;
      this.#unanswered -= 1;
      // Of a stream that is gone.
      if (buffer !== this.#jitterBuffer) return;
      if (buffer.isChanging) this.#asked = 0;
      if (!hasFailed) this.#empty = answer === null && this.#isNamed ? this.#empty + 1 : 0;
      if (answer === null) {
        // Asked often until that is sure.
        if (this.#isNamed) this.#asked = 0;
        return;
      }
      this.#isNamed = true;
      this.#readArrivals(answer.statistics);
      if (answer.statistics.packetsReceived !== this.latest?.packetsReceived)
        this.grownAtMs = performance.now();
      this.latest = answer.statistics;
      this.#onAnswer(answer);
    });
    this.#unanswered += 1;
  }

  #readArrivals(statistics: TrackStatistics): void {
    const { arrivals, askedAtUs, framesReceived, packetsReceived } = statistics;
    if (arrivals === undefined || askedAtUs === undefined) return;
    const isVideo = framesReceived !== undefined;
    this.#heldBack.read({
      ...{ askedAtUs, readAtMs: arrivals.readAtMs, lastPacketAtMs: arrivals.lastPacketAtMs },
      received: isVideo ? framesReceived : packetsReceived,
      unitMs: isVideo ? leastFrameMs : packetMsOf(statistics),
    });
    if (this.#heldBack.isQuiet) this.#asked = 0;
  }
}
