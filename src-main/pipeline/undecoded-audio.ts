import type { ConcealmentFigures } from './concealed-audio.js';

/** So many packets between two questions are a microphone that sends: silence that is not transmitted has one in 400 ms. */
const leastPackets = 3;
/** What came before the first of two such questions would have been played out before the second one. */
const leastInARow = 2;

/** Tells that what comes of a microphone is not decoded: no key fits it, or its codec is not known. None of it waits in the jitter buffer. */
export class UndecodedAudio {
  #before: Pick<ConcealmentFigures, 'packetsReceived' | 'samplesEmitted'> = {
    packetsReceived: 0,
    samplesEmitted: 0,
  };
  #inARow = 0;

  /** For a while by now. */
  get isFound(): boolean {
    return this.#inARow >= leastInARow;
  }

  /** Takes what WebRTC has counted by now, some tenths of a second after the last call. */
  read({ packetsReceived, samplesEmitted }: ConcealmentFigures): void {
    const before = this.#before;
    this.#before = { packetsReceived, samplesEmitted };
    const packets = packetsReceived - before.packetsReceived;
    if (samplesEmitted === undefined || samplesEmitted !== before.samplesEmitted) this.#inARow = 0;
    else if (packets >= leastPackets) this.#inARow += 1;
  }
}
