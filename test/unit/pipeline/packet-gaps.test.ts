import { describe, expect, it } from 'vitest';
import { PacketGaps } from '#engine/pipeline/packet-gaps.js';
import {
  PublisherConnection,
  type PublisherConnectionQuality,
} from '#engine/pipeline/publisher-connection.js';

/** WebRTC takes more lost packets than this for a new beginning. */
const mostCounted = 50;
const reportEveryMs = 3_000;

/** How packets are sent for a while. */
interface Sending {
  readonly ms: number;
  /** Until the next packet; a microphone's by default. */
  readonly everyMs?: number;
  /** Where those packets are lost: on the way to the server, or from there on. */
  readonly lostOn?: 'publisherSide' | 'recorderSide';
  /** They arrive at the end of the time, all at once. */
  readonly isHeld?: boolean;
  /** They are sent again, and arrive when the time is over: too late to be played. */
  readonly isResentLate?: boolean;
}

/** WebRTC's figures of one microphone, read twice a second, and the server's opinion of it. */
class Microphone {
  readonly gaps = new PacketGaps();
  readonly connection = new PublisherConnection();
  readonly readEveryMs: number;
  #nowMs = 1_000_000;
  #lastPacketAtMs = 0;
  #received = 0;
  #lost = 0;
  #lostInARow = 0;
  #discarded = 0;
  #sentByServer = 0;
  #report: { atMs: number; packetsSent: number } | null = null;
  #takeMs = 0;
  isPaused = false;

  constructor(readEveryMs = 500) {
    this.readEveryMs = readEveryMs;
    this.sends({ ms: 6_000 });
  }

  sends({ ms, everyMs = 20, isHeld = false, isResentLate = false, lostOn }: Sending): this {
    const endMs = this.#nowMs + ms;
    let late = 0;
    for (; this.#nowMs < endMs; this.#nowMs += 10) {
      if (!this.isPaused) this.#takeMs += 10;
      if (this.#nowMs % everyMs === 0) {
        if (lostOn === undefined && !isHeld) this.#arrives();
        else if (lostOn === undefined) late += 1;
        else this.#lostInARow += 1;
        if (lostOn === 'recorderSide') this.#sentByServer += 1;
        if (isResentLate) late += 1;
      }
      if (this.#nowMs % reportEveryMs === 0)
        this.#report = { atMs: this.#nowMs, packetsSent: this.#sentByServer };
      if (this.#nowMs % this.readEveryMs === 0) this.read();
    }
    for (; late > 0; late -= 1) {
      this.#arrives();
      if (isResentLate) this.#discarded += 1;
    }
    return this;
  }

  says(quality: PublisherConnectionQuality): this {
    this.connection.changed(quality);
    return this;
  }

  /** @param isOnDeadLine as whoever ends it says */
  ends(isOnDeadLine = false): this {
    this.gaps.end(isOnDeadLine ? this.#takeMs : null);
    return this;
  }

  /** The figures as they stand. */
  read(): void {
    this.gaps.read(
      {
        readAtMs: this.#nowMs,
        lastPacketAtMs: this.#lastPacketAtMs,
        packetsReceived: this.#received,
        packetsLost: this.#lost,
        packetsDiscarded: this.#discarded,
        report: this.#report,
      },
      this.connection,
      this.#takeMs,
    );
  }

  #arrives(): void {
    this.#received += 1;
    this.#sentByServer += 1;
    if (this.#lostInARow < mostCounted) this.#lost += this.#lostInARow;
    this.#lostInARow = 0;
    this.#lastPacketAtMs = this.#nowMs;
  }
}

describe('packets that were lost so many at once that WebRTC does not count them', () => {
  it.each([1_000, 1_200, 2_000, 3_000, 4_000])('are found by the server’s opinion: %i ms', (ms) => {
    const { gaps } = new Microphone()
      .sends({ ms, lostOn: 'publisherSide' })
      .sends({ ms: 4_000 })
      .says('poor')
      .sends({ ms: 1_000 });
    const [gap, ...others] = gaps.drain();
    expect(others).toEqual([]);
    expect(gap?.fromMs).toBeGreaterThan(5_950);
    expect(gap?.fromMs).toBeLessThan(6_050);
    expect(gap?.durationMs).toBeGreaterThan(ms - 50);
    expect(gap?.durationMs).toBeLessThan(ms + 50);
    expect(gaps.lostMs).toBe(gap?.durationMs);
  });

  it.each([330, 500, 700])('are found whenever the figures are read: each %i ms', (readEveryMs) => {
    for (const beforeMs of [0, 100, 200, 300, 400, 500, 600]) {
      const { gaps } = new Microphone(readEveryMs)
        .sends({ ms: beforeMs })
        .sends({ ms: 1_000, lostOn: 'publisherSide' })
        .sends({ ms: 3_000 })
        .says('poor')
        .sends({ ms: 2_000 });
      expect(gaps.drain()).toHaveLength(1);
    }
  });

  it('are found by what the server has sent', () => {
    const { gaps } = new Microphone().sends({ ms: 1_400, lostOn: 'recorderSide' }).sends({ ms: 4_000 });
    expect(gaps.drain()).toMatchObject([{ durationMs: 1_400 }]);
  });

  it('are found by what is sent again and comes too late to be played', () => {
    const { gaps } = new Microphone()
      .sends({ ms: 1_400, lostOn: 'publisherSide' })
      .sends({ ms: 200, isResentLate: true })
      .sends({ ms: 200, isResentLate: true })
      .sends({ ms: 300, isResentLate: true })
      .sends({ ms: 2_000 });
    expect(gaps.drain()).toHaveLength(1);
  });

  it('are found of a connection that was poor before', () => {
    const { gaps } = new Microphone()
      .says('poor')
      .sends({ ms: 1_400, lostOn: 'publisherSide' })
      .sends({ ms: 1_000 });
    expect(gaps.drain()).toHaveLength(1);
  });

  it('are found each time', () => {
    const microphone = new Microphone();
    for (let time = 0; time < 3; time += 1) {
      microphone
        .sends({ ms: 1_200, lostOn: 'publisherSide' })
        .sends({ ms: 5_000 })
        .says('poor')
        .sends({ ms: 5_000 })
        .says('excellent');
    }
    expect(microphone.gaps.drain()).toHaveLength(3);
  });

  it('are found where one burst follows another at once', () => {
    const { gaps } = new Microphone()
      .sends({ ms: 1_200, lostOn: 'publisherSide' })
      .sends({ ms: 100 })
      .sends({ ms: 1_200, lostOn: 'publisherSide' })
      .sends({ ms: 2_000 })
      .says('poor')
      .sends({ ms: 1_000 });
    expect(gaps.lostMs).toBeGreaterThan(2_300);
    expect(gaps.lostMs).toBeLessThan(2_500);
  });

  it('are lost when the take ends before anybody has spoken', () => {
    const { gaps } = new Microphone()
      .sends({ ms: 1_200, lostOn: 'publisherSide' })
      .sends({ ms: 3_000 })
      .ends();
    expect(gaps.drain()).toHaveLength(1);
  });

  it('are found in packets of 10 and of 60 ms', () => {
    for (const everyMs of [10, 60]) {
      const { gaps } = new Microphone()
        .sends({ ms: 12_000, everyMs })
        .sends({ ms: everyMs * 60, everyMs, lostOn: 'publisherSide' })
        .sends({ ms: 2_000, everyMs })
        .says('poor')
        .sends({ ms: 1_000, everyMs });
      expect(gaps.drain()).toHaveLength(1);
    }
  });
});

describe('nothing is lost', () => {
  /** What the server thinks of somebody whose connection is bad for another reason. */
  const poorly = (microphone: Microphone): Microphone => microphone.says('poor').sends({ ms: 14_000 }).ends();

  it.each([1_200, 3_000, 6_000])('when a sender stops for %i ms, and goes on', (ms) => {
    const { gaps } = new Microphone().sends({ ms, everyMs: Infinity }).sends({ ms: 14_000 }).ends();
    expect(gaps.drain()).toEqual([]);
  });

  it('when a sender pauses at the end of the take that has paused before', () => {
    const { gaps } = new Microphone()
      .sends({ ms: 1_500, everyMs: Infinity })
      .sends({ ms: 14_000 })
      .sends({ ms: 1_500, everyMs: Infinity })
      .sends({ ms: 3_000 })
      .ends();
    expect(gaps.drain()).toEqual([]);
  });

  it('when the server calls a sender poor that sent nothing for a while', () => {
    const { gaps } = new Microphone()
      .sends({ ms: 6_000, everyMs: Infinity })
      .sends({ ms: 4_000 })
      .says('poor')
      .sends({ ms: 5_000 })
      .says('good')
      .sends({ ms: 10_000 })
      .ends();
    expect(gaps.drain()).toEqual([]);
  });

  it('when a sender stops for good', () => {
    const { gaps } = new Microphone().sends({ ms: 9_000, everyMs: Infinity }).ends();
    expect(gaps.drain()).toEqual([]);
  });

  it('when silence is not transmitted', () => {
    const microphone = new Microphone()
      .sends({ ms: 12_000, everyMs: 400 })
      .sends({ ms: 900 })
      .sends({ ms: 900, everyMs: 400 })
      .sends({ ms: 3_000 });
    expect(poorly(microphone).gaps.drain()).toEqual([]);
  });

  it('when silence begins that is not transmitted, and a busy machine sends and reads it late', () => {
    for (let readEveryMs = 610; readEveryMs < 1_100; readEveryMs += 20) {
      for (const everyMs of [500, 520, 540, 560]) {
        const { gaps } = new Microphone(readEveryMs).sends({ ms: 8_000, everyMs }).ends();
        expect(gaps.drain()).toEqual([]);
      }
    }
  });

  it('when WebRTC counts them: they are told by that', () => {
    const microphone = new Microphone().sends({ ms: 900, lostOn: 'publisherSide' }).sends({ ms: 1_000 });
    expect(poorly(microphone).gaps.drain()).toEqual([]);
  });

  it('when packets are held up, and come all at once', () => {
    const microphone = new Microphone().sends({ ms: 2_000, isHeld: true }).sends({ ms: 2_000 });
    expect(poorly(microphone).gaps.drain()).toEqual([]);
  });

  it('when a microphone is muted, and open again', () => {
    const microphone = new Microphone();
    microphone.gaps.interrupt();
    microphone.sends({ ms: 3_000, everyMs: Infinity });
    microphone.gaps.interrupt();
    microphone.sends({ ms: 1_000 });
    expect(poorly(microphone).gaps.drain()).toEqual([]);
  });

  it('while the take is paused', () => {
    const microphone = new Microphone();
    microphone.isPaused = true;
    microphone.sends({ ms: 2_000, lostOn: 'publisherSide' });
    microphone.isPaused = false;
    microphone.sends({ ms: 1_000 });
    expect(poorly(microphone).gaps.drain()).toEqual([]);
  });
});

describe('PublisherConnection', () => {
  it('counts what gets worse, and not what is repeated or gets better', () => {
    const connection = new PublisherConnection();
    for (const quality of ['excellent', 'good', 'good', 'poor', 'good', 'excellent', 'lost'] as const)
      connection.changed(quality);
    expect(connection.falls).toBe(3);
    expect(connection.isPoor).toBe(true);
    connection.changed('good');
    expect(connection.isPoor).toBe(false);
  });
});

describe('a microphone that is quiet at the end', () => {
  it('lacks what was sent since its last packet, where the line is dead', () => {
    const { gaps } = new Microphone().sends({ ms: 2_000, lostOn: 'recorderSide' }).ends(true);
    const [gap, ...others] = gaps.drain();
    expect(others).toEqual([]);
    expect(gap?.fromMs).toBeGreaterThan(5_950);
    expect(gap?.fromMs).toBeLessThan(6_050);
    expect((gap?.fromMs ?? NaN) + (gap?.durationMs ?? NaN)).toBe(8_000);
  });

  it('lacks nothing where it is not, and nothing of a sender that sent nothing before', () => {
    expect(new Microphone().sends({ ms: 2_000, lostOn: 'recorderSide' }).ends().gaps.lostMs).toBe(0);
    const paused = new Microphone().sends({ ms: 3_000, everyMs: 400 }).sends({ ms: 2_000, everyMs: 10_000 });
    expect(paused.gaps.quietMs).toBe(0);
    expect(paused.ends(true).gaps.lostMs).toBe(0);
    expect(new Microphone().sends({ ms: 300, lostOn: 'recorderSide' }).ends(true).gaps.lostMs).toBe(0);
  });
});
