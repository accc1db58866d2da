import { describe, expect, it } from 'vitest';
import { ConcealedAudio } from '#engine/pipeline/concealed-audio.js';

/** What half a second brings: packets, and milliseconds that were made up. */
interface Sent {
  readonly lost?: number;
  readonly concealedMs?: number;
  readonly received?: number;
  /** Milliseconds that came when something else stood in their place. */
  readonly unplacedMs?: number;
  /** Packets that the jitter buffer has thrown away. */
  readonly discarded?: number;
}

/** WebRTC's counters of one microphone that sends 20 ms of audio in each packet, read twice a second. */
class Microphone {
  readonly audio = new ConcealedAudio();
  #received = 0;
  #lost = 0;
  #concealed = 0;
  #unplacedMs = 0;
  #discarded = 0;
  #nowMs = 0;

  constructor() {
    this.#read();
  }

  /** Half a second of it. */
  half({ lost = 0, concealedMs = 0, received = 25 - lost, unplacedMs = 0, discarded = 0 }: Sent = {}): this {
    this.#discarded += discarded;
    this.#unplacedMs += unplacedMs;
    this.#received += received;
    this.#lost += lost;
    this.#concealed += concealedMs * 48;
    this.#nowMs += 500;
    this.#read();
    return this;
  }

  halves(count: number, figures?: Sent): this {
    for (let half = 0; half < count; half += 1) this.half(figures);
    return this;
  }

  /** It is subscribed anew. */
  anew(): this {
    [this.#received, this.#lost, this.#concealed] = [0, 0, 0];
    this.audio.restart();
    this.#read();
    return this;
  }

  #read(): void {
    this.audio.read(
      {
        packetsReceived: this.#received,
        packetsLost: this.#lost,
        samplesEmitted: this.#received * 960,
        concealedSamples: this.#concealed,
        arrivals: { packetsDiscarded: this.#discarded },
      },
      this.#nowMs,
      this.#unplacedMs,
    );
  }
}

describe('ConcealedAudio', () => {
  it('counts what was made up in place of lost packets', () => {
    const { audio } = new Microphone().halves(10, { lost: 1, concealedMs: 20 });
    expect(audio.ms).toBe(200);
  });

  it('knows an interruption from single packets', () => {
    expect(new Microphone().halves(10, { lost: 2, concealedMs: 40 }).audio.burstMs).toBe(0);
    const { audio } = new Microphone()
      .half({ received: 0, concealedMs: 500 })
      .half({ lost: 25, received: 25, concealedMs: 20 })
      .halves(4);
    expect([audio.ms, audio.burstMs]).toEqual([500, 500]);
  });

  it('knows when it was made up, be it counted as lost a reading later', () => {
    const { audio } = new Microphone()
      .halves(4, { lost: 1, concealedMs: 20 })
      .half({ received: 10, concealedMs: 300 })
      .half({ lost: 20, received: 25, concealedMs: 100 });
    expect(audio.drainConcealed().slice(4)).toEqual([
      { fromMs: 2_000, toMs: 2_500, lost: 300, total: 480, isBurst: true },
      { fromMs: 2_500, toMs: 3_000, lost: 100, total: 480, isBurst: true },
    ]);
    expect(audio.drainConcealed()).toEqual([]);
  });

  it('places an interruption where it began, although more was made up behind it than was lost', () => {
    const { audio } = new Microphone()
      .halves(4, { concealedMs: 10 })
      .half({ received: 10, concealedMs: 200 })
      .half({ received: 0, concealedMs: 500 })
      .half({ received: 15, concealedMs: 300 })
      .half({ lost: 40, received: 25, concealedMs: 100 });
    expect(audio.drainConcealed().map(({ fromMs, lost }) => [fromMs, lost])).toEqual([
      [2_000, 200],
      [2_500, 500],
      [3_000, 100],
    ]);
  });

  it('does not take an interruption for one that began before the sender paused', () => {
    const { audio } = new Microphone()
      .halves(6, { received: 1, concealedMs: 480 })
      .half({ received: 25 })
      .half({ received: 5, concealedMs: 400 })
      .half({ lost: 20, received: 25 });
    expect(audio.drainConcealed().map(({ fromMs, lost }) => [fromMs, lost])).toEqual([[3_500, 400]]);
  });

  it.each([
    ['a sender that pauses', { received: 0, concealedMs: 500 }],
    ['packets that came late', { concealedMs: 60 }],
    ['packets that redundancy has brought back', { lost: 2 }],
  ])('does not count %s', (_, figures) => {
    expect(new Microphone().halves(2).halves(6, figures).halves(6).audio.ms).toBe(0);
  });

  it('does not count what is made up for a microphone that is muted, although packets were lost or came too late before', () => {
    const microphone = new Microphone().half({ lost: 5, discarded: 20 });
    microphone.audio.setMuted(true);
    microphone.halves(3, { received: 0, concealedMs: 500 });
    microphone.audio.setMuted(false);
    // A part of the time before the next reading.
    microphone.half({ concealedMs: 200 });
    expect(microphone.audio.ms).toBe(0);
    expect(microphone.half({ lost: 1, concealedMs: 20 }).audio.ms).toBe(20);
  });

  it('counts what is lost right after a microphone that was on has been said to be on', () => {
    const microphone = new Microphone();
    microphone.audio.setMuted(false);
    expect(microphone.half({ lost: 2, concealedMs: 40 }).audio.ms).toBe(40);
  });

  it('counts what was lost around a pause, and not the pause', () => {
    const { audio } = new Microphone()
      .halves(20, { received: 0, concealedMs: 500 })
      .half({ lost: 1, concealedMs: 20 })
      .halves(6);
    expect(audio.ms).toBe(20);
  });

  it('forgets what was made up long before something was lost', () => {
    const { audio } = new Microphone().half({ concealedMs: 60 }).halves(6).half({ lost: 2 });
    expect(audio.ms).toBe(0);
  });

  it('counts a packet once that was late and another that was lost', () => {
    const { audio } = new Microphone()
      .half({ lost: 1, concealedMs: 20 })
      .half({ lost: -1, received: 26 })
      .half({ lost: 1, received: 24, concealedMs: 20 });
    expect(audio.ms).toBe(20);
  });

  it('counts what came after all, when what was made up for it stood in its place', () => {
    // A server that stood still for 4 s hands out what waited: nothing is lost by number.
    const { audio } = new Microphone()
      .halves(2)
      .halves(7, { received: 0, concealedMs: 500 })
      .half({ received: 200 })
      .half({ received: 25 })
      .halves(7, { received: 25, unplacedMs: 500 })
      .halves(4);
    expect(audio.ms).toBe(3_500);
    const [first] = audio.drainConcealed();
    expect(first?.isBurst).toBe(true);
    // And what the jitter buffer has thrown away of it; single packets are jitter.
    const flushed = new Microphone()
      .halves(7, { received: 0, concealedMs: 500 })
      .half({ received: 200, discarded: 120 })
      .half({ unplacedMs: 500 });
    expect(flushed.audio.ms).toBe(120 * 20 + 500);
    expect(new Microphone().halves(8, { concealedMs: 40, discarded: 2 }).audio.ms).toBe(0);
    // Of who sends nothing while they are silent, no more than what came too late.
    const quiet = new Microphone().halves(20, { received: 0, concealedMs: 500 }).half({ unplacedMs: 20 });
    expect(quiet.audio.ms).toBe(20);
  });

  it('goes on when the track is subscribed anew, whose counters begin at zero', () => {
    const { audio } = new Microphone()
      .half({ lost: 1, concealedMs: 20 })
      .anew()
      .half({ lost: 2, concealedMs: 40 });
    expect(audio.ms).toBe(60);
  });

  it('takes the length of packets from what they held', () => {
    const audio = new ConcealedAudio();
    const figures = {
      packetsReceived: 100,
      packetsLost: 0,
      samplesEmitted: 100 * 2_880,
      concealedSamples: 0,
    };
    audio.read(figures, 0);
    audio.read({ ...figures, packetsLost: 1, concealedSamples: 2_880 }, 500);
    expect(audio.ms).toBe(60);
  });
});
