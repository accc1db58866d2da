import { type ConcealmentFigures, packetMsOf, samplesPerMs } from './concealed-audio.js';
import { nearestPacketLength } from './packet-gaps.js';

/** What WebRTC counted of an audio track when it was asked. */
export interface PlayedOutFigures extends ConcealmentFigures {
  /** In microseconds of the monotonic clock. */
  readonly askedAtUs?: number;
  /** Put in to slow audio down, less those that were left out. */
  readonly stretchedSamples?: number;
}

/** What is made up waits for so long for the packets that were late: from there on it stands for what nobody has sent. */
const mostAwaitedMs = 1_000;

/**
 * By how much what WebRTC plays out of a microphone has become later since it was first asked, which is by how much more of it
 * waits in the jitter buffer. What it puts in and leaves out counts at once. What it makes up counts when packets have come that
 * wait for it: a late one makes all that follow later, and silence that is not transmitted, which WebRTC makes up as well, makes
 * nothing later.
 */
export class LaterCount {
  #before: PlayedOutFigures | null = null;
  #ms = 0;
  /** Made up, and not known to be late or never sent. */
  #awaitedMs = 0;
  /** So much more waits than {@link LaterCount.read} says. */
  #unexplainedMs = 0;

  /**
   * Takes what WebRTC has counted by now.
   *
   * @returns milliseconds since the first call; a stream whose counts begin anew goes on from where it was. Null where they are
   *   not counted
   */
  read(figures: PlayedOutFigures): number | null {
    const { concealedSamples, stretchedSamples } = figures;
    if (concealedSamples === undefined || stretchedSamples === undefined) return null;
    const before = this.#before;
    this.#before = figures;
    if (before === null || figures.packetsReceived < before.packetsReceived) {
      this.#awaitedMs = 0;
      this.#unexplainedMs = 0;
      return this.#ms;
    }
    // The mean of what has come is a little off.
    const packetMs = nearestPacketLength(packetMsOf(figures));
    const stretchedMs = (stretchedSamples - (before.stretchedSamples ?? 0)) / samplesPerMs;
    const madeUpMs = (concealedSamples - (before.concealedSamples ?? 0)) / samplesPerMs;
    const lostMs = (figures.packetsLost - before.packetsLost) * packetMs;
    this.#unexplainedMs += waitingMs(figures, packetMs) - waitingMs(before, packetMs);
    this.#moved(stretchedMs);
    this.#awaitedMs = Math.min(mostAwaitedMs, Math.max(0, this.#awaitedMs + madeUpMs - lostMs));
    const lateMs = Math.min(this.#awaitedMs, Math.max(0, this.#unexplainedMs));
    this.#awaitedMs -= lateMs;
    this.#moved(lateMs);
    return this.#ms;
  }

  /** How much later what follows is than before is known by other means: what was made up until now is part of that. */
  explained(): void {
    this.#unexplainedMs -= this.#awaitedMs;
    this.#awaitedMs = 0;
  }

  #moved(byMs: number): void {
    this.#ms += byMs;
    this.#unexplainedMs -= byMs;
  }
}

/** What has come and is not played out, but for what it was at the beginning. */
function waitingMs(
  { arrivals, packetsReceived, samplesEmitted = 0 }: PlayedOutFigures,
  packetMs: number,
): number {
  return (packetsReceived - (arrivals?.packetsDiscarded ?? 0)) * packetMs - samplesEmitted / samplesPerMs;
}
