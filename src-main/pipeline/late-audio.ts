import type { FrameAccounting } from './accounting.js';
import { type AudioQueue, pcmFormat } from './audio-queue.js';
import type { AudioTimeline } from './audio-timeline.js';
import { packetMsOf } from './concealed-audio.js';
import { LaterCount, type PlayedOutFigures } from './later-count.js';
import type { TakeClock } from './take-clock.js';
import { UndecodedAudio } from './undecoded-audio.js';

/** What was played out between two questions is as long as the time between them, but for steps of 10 ms: else the burst is to come. */
const toleranceMs = 60;
/** As much is made up when a single packet comes late, which is no standstill. */
const leastMadeUpMs = 30;
/** What came late waits in the jitter buffer. Where less than this share of what was made up does, it never came. */
const waitingShare = 0.5;
/** Concealment fades: where a burst is quietest is told by every eighth sample. */
const loudnessStep = 8;
const samplesPerMs = pcmFormat.sampleRateHz / 1000;

/**
 * Leaves out what WebRTC made up while the process stood still, so that nothing of a microphone is lost.
 *
 * Behind a standstill WebRTC plays out at once all that was due in it: what its jitter buffer held, and concealment for the
 * rest. Then it takes up what waited in the socket and plays it out, later by exactly the concealment: the sound goes on
 * from where it was. So the concealment is left out, and the delay of what follows is longer by it.
 */
export class LateAudio {
  readonly #clock: Pick<TakeClock, 'toElapsedMs'>;
  readonly #queue: AudioQueue;
  readonly #timeline: AudioTimeline;
  readonly #accounting: FrameAccounting;
  /** Before the pause that is looked at. */
  #before: PlayedOutFigures | null = null;
  #behind: PlayedOutFigures | null = null;
  #later = new LaterCount();
  #undecoded = new UndecodedAudio();
  /** As {@link LaterCount.read} says, of the stream; null where it is not counted. Only this class sets it. */
  laterMs: number | null = null;
  /** A pause, and where the file's audio ended when it began. */
  #pause: { readonly endedAtMs: number; readonly lengthMs: number; readonly endMs: number } | null = null;

  constructor(
    clock: Pick<TakeClock, 'toElapsedMs'>,
    queue: AudioQueue,
    timeline: AudioTimeline,
    accounting: FrameAccounting,
  ) {
    this.#clock = clock;
    this.#queue = queue;
    this.#timeline = timeline;
    this.#accounting = accounting;
  }

  /** It is not known yet what of a burst is made up. */
  get isAwaited(): boolean {
    return this.#pause !== null && this.#before?.askedAtUs !== undefined && this.#behind === null;
  }

  /** A new stream follows, with counts of its own. */
  restart(): void {
    this.#before = null;
    this.#behind = null;
    this.#pause = null;
    this.#later = new LaterCount();
    this.#undecoded = new UndecodedAudio();
    this.laterMs = null;
  }

  /** A frame came after a pause; those behind it are kept back. @param atMs on the room's clock @param lengthMs how long none had come */
  begin(atMs: number, lengthMs: number): void {
    this.#behind = null;
    this.#pause = { endedAtMs: atMs, lengthMs, endMs: this.#timeline.endMs };
    // Those that follow are of what waited: the process received it just now, and it came before.
    if (this.#before?.askedAtUs !== undefined) this.#timeline.playoutDelay.setTrusted(false);
  }

  /** What WebRTC has counted by now. */
  read(figures: PlayedOutFigures): void {
    this.#undecoded.read(figures);
    if (this.#undecoded.isFound) this.#timeline.playoutDelay.emptied();
    this.laterMs = this.#later.read(figures);
    if (this.#pause === null) this.#before = figures;
    else if (this.#hasBurst(figures)) this.#behind ??= figures;
  }

  /** What is kept back is let go: what is made up is taken out of the queue. @param former frames in it from before the pause */
  settle(former: number): void {
    const [pause, behind] = [this.#pause, this.#behind];
    const madeUpMs = this.#madeUpMs();
    const stretchedMs =
      ((behind?.stretchedSamples ?? 0) - (this.#before?.stretchedSamples ?? 0)) / samplesPerMs;
    const first = this.#queue.peek(former);
    this.#pause = null;
    this.#before = behind ?? this.#before;
    if (pause === null) return;
    if (behind === null || first === undefined) {
      this.#timeline.playoutDelay.setTrusted(true);
      return;
    }
    const { frameMs, playoutDelay } = this.#timeline;
    this.#later.explained();
    if (madeUpMs < leastMadeUpMs) {
      // All of it was held: nothing is later than before. What came meanwhile was received in a burst all the same.
      playoutDelay.grew(madeUpMs + stretchedMs);
      return;
    }
    // The oldest frames of a long burst are dropped by the native queue: what was held first, then concealment.
    const holeMs = Math.max(0, this.#timeline.timeOf(first.timeMs) - pause.endMs);
    const missedMs = Math.max(0, holeMs - Math.max(0, playoutDelay.ms));
    const burst = Math.round((pause.lengthMs - holeMs) / frameMs);
    const count = Math.min(burst, Math.round((madeUpMs - missedMs) / frameMs));
    const end = Math.min(this.#queue.depth, former + burst + 1);
    const from = count < 1 ? former : this.#quietest(former, end, count);
    const positionMs = (this.#queue.peek(from)?.timeMs ?? first.timeMs) + Math.max(0, count) * frameMs;
    for (let left = count; left > 0 && this.#queue.remove(from); left -= 1)
      this.#accounting.dropQueued('madeUp');
    this.#timeline.joinAt(positionMs, madeUpMs + stretchedMs);
  }

  /** The burst has been played out, and counted. */
  #hasBurst({ askedAtUs = 0, ...figures }: PlayedOutFigures): boolean {
    const before = this.#before;
    const pause = this.#pause;
    if (before?.askedAtUs === undefined || pause === null) return false;
    // One that was asked before the pause may be answered behind it.
    if (this.#clock.toElapsedMs(askedAtUs) < pause.endedAtMs - pause.lengthMs / 2) return false;
    const playedMs = (playedSamplesOf(figures) - playedSamplesOf(before)) / samplesPerMs;
    return playedMs >= (askedAtUs - before.askedAtUs) / 1000 - toleranceMs;
  }

  /** How much of the burst is made up for audio that came all the same. */
  #madeUpMs(): number {
    const [before, behind] = [this.#before, this.#behind];
    if (before === null || behind === null || behind.packetsReceived < before.packetsReceived) return 0;
    if (this.#undecoded.isFound) return 0;
    const madeUpMs = ((behind.concealedSamples ?? 0) - (before.concealedSamples ?? 0)) / samplesPerMs;
    const playedMs = ((behind.samplesEmitted ?? 0) - (before.samplesEmitted ?? 0)) / samplesPerMs;
    const cameMs = (behind.packetsReceived - before.packetsReceived) * packetMsOf(behind);
    return cameMs - playedMs >= waitingShare * madeUpMs ? madeUpMs : 0;
  }

  /** Where the quietest stretch of so many frames begins; the last one of those that are alike. */
  #quietest(from: number, end: number, count: number): number {
    const loudness: number[] = [];
    for (let index = from; index < end; index += 1) loudness.push(loudnessOf(this.#queue.peek(index)?.pcm));
    let [best, least] = [from, Infinity];
    for (let index = 0; index + count <= loudness.length; index += 1) {
      const sum = loudness.slice(index, index + count).reduce((all, one) => all + one, 0);
      if (sum <= least) [best, least] = [from + index, sum];
    }
    return best;
  }
}

function playedSamplesOf({ samplesEmitted = 0, concealedSamples = 0 }: PlayedOutFigures): number {
  return samplesEmitted + concealedSamples;
}

function loudnessOf(pcm: Uint8Array | undefined): number {
  if (pcm === undefined) return 0;
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  let sum = 0;
  for (let at = 0; at + 1 < pcm.byteLength; at += loudnessStep * pcmFormat.bytesPerSample)
    sum += Math.abs(view.getInt16(at, true));
  return sum;
}
