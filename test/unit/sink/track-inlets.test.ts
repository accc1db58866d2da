import { describe, expect, it } from 'vitest';
import { lostAudioMs } from '../../../src-main/contract/losses.js';
import type { AudioReceiver } from '../../../src-main/pipeline/frame-receiver.js';
import type { RecordingSink } from '../../../src-main/sink/recording-sink.js';
import { FakeTrack, SinkUnderTest } from './fake-encoders.js';

const frameMs = 10;
const pcm = new Uint8Array(1_920).fill(7);

/** A sink that records a microphone of 20 ms packets, and what WebRTC counts of it. */
class Microphone {
  readonly track = new FakeTrack('audio');
  readonly test = new SinkUnderTest();
  #received = 0;
  #lost = 0;
  #concealedMs = 0;

  async start(): Promise<void> {
    await this.test.add(this.track);
    this.#receiver.onStreamStarted();
  }

  /** Speech, and a reading twice a second. */
  async speaks(ms: number): Promise<void> {
    const { clock } = this.test;
    for (const endMs = clock.ms + ms; clock.ms < endMs;) {
      for (let frame = 0; frame < 50; frame += 1) {
        clock.ms += frameMs;
        this.#receiver.onAudioFrame(clock.ms * 1_000, () => pcm);
        if (frame % 20 === 0) this.test.sink.tick(clock.nowMs());
      }
      this.#received += 25;
      await this.reads();
    }
  }

  /** WebRTC has made up so much by now, for as many packets of which it knows that they are lost. */
  async reads(lostPackets = 0): Promise<void> {
    this.#lost += lostPackets;
    this.#concealedMs += lostPackets * 20;
    this.track.statistics = {
      receivedBytes: 0,
      packetsReceived: this.#received,
      packetsLost: this.#lost,
      samplesEmitted: this.#received * 960,
      concealedSamples: this.#concealedMs * 48,
      jitterMs: 0,
      jitterBufferMs: 40,
    };
    this.test.sink.tick(this.test.clock.nowMs());
    await this.test.until(this.test.clock.ms);
  }

  /** The whole process stands still, and its tracks are subscribed anew. */
  async standsStill(ms: number, lostPackets: number): Promise<void> {
    this.test.clock.ms += ms;
    this.track.isRenewing = true;
    await this.reads(lostPackets);
    this.#receiver.onStreamEnded('renewed');
    this.track.isRenewing = false;
    [this.#received, this.#lost, this.#concealedMs] = [0, 0, 0];
    this.#receiver.onStreamStarted();
  }

  /** The server stands still: WebRTC plays silence, then half a second of what has waited; then a fresh stream follows. */
  async isHeldBack(ms: number, lostPackets = 0): Promise<void> {
    const { clock } = this.test;
    const sinceUs = clock.ms * 1_000;
    const played = this.#received;
    await this.speaks(ms);
    this.#concealedMs += ms;
    this.#received = played;
    await this.speaks(500);
    this.#received += ms / 20;
    this.track.heldBack = { sinceUs: null, isOwn: true, hasStalled: true };
    await this.reads(lostPackets);
    this.track.heldBack = { sinceUs, isOwn: true, hasStalled: true };
    this.track.isRenewing = true;
    await this.reads();
    for (let passedMs = 0; passedMs < 500; passedMs += frameMs) {
      clock.ms += frameMs;
      this.#receiver.onAudioFrame(clock.ms * 1_000, () => pcm);
    }
    this.#receiver.onStreamEnded('renewed');
    this.track.heldBack = { sinceUs: null, isOwn: true, hasStalled: false };
    this.track.isRenewing = false;
    [this.#received, this.#lost, this.#concealedMs] = [0, 0, 0];
    this.#receiver.onStreamStarted();
  }

  get #receiver(): AudioReceiver {
    return this.track.receiver as AudioReceiver;
  }
}

/** A microphone that is on, and has not sent a packet. */
async function unheard(): Promise<Microphone> {
  const microphone = new Microphone();
  await microphone.start();
  microphone.track.isUnheard = true;
  return microphone;
}

/** What the manifest counts as lost audio, in milliseconds. */
function lostIn({ audio, audioAccounting, tracks }: RecordingSink): number {
  return (
    lostAudioMs({ lostMs: audio.silence.lostMs, dropped: audioAccounting.dropped }) + tracks.concealed.ms
  );
}

describe('audio that is missing', () => {
  it('is what WebRTC made up for lost packets', async () => {
    const microphone = new Microphone();
    await microphone.start();
    await microphone.speaks(2_000);
    await microphone.reads(20);
    await microphone.speaks(2_000);
    const lostMs = lostIn(microphone.test.sink);
    expect(lostMs).toBeGreaterThanOrEqual(400);
    expect(lostMs).toBeLessThan(500);
  });

  it('is all of a microphone that is on and never sends, which WebRTC plays as silence', async () => {
    const microphone = await unheard();
    await microphone.speaks(6_000);
    const { sink } = microphone.test;
    expect(lostIn(sink)).toBe(0);
    microphone.track.isUnheard = false;
    await microphone.speaks(4_000);
    expect(lostIn(sink)).toBeGreaterThan(5_500);
    expect(lostIn(sink)).toBeLessThanOrEqual(6_200);
    expect(sink.tracks.concealed.drainGaps()).toHaveLength(1);
  });

  it.each([
    ['', 0],
    [', though some of it was lost', 200],
  ])('is all that was held back, from its last packet to the fresh stream%s', async (_, lostPackets) => {
    const microphone = new Microphone();
    await microphone.start();
    await microphone.speaks(3_000);
    const sinceMs = microphone.test.clock.ms;
    await microphone.isHeldBack(4_000, lostPackets);
    const { sink } = microphone.test;
    const [gap, ...others] = sink.tracks.concealed.drainGaps();
    expect(others).toEqual([]);
    expect(Math.abs((gap?.fromMs ?? 0) - sinceMs)).toBeLessThanOrEqual(20);
    await microphone.speaks(3_000);
    const lostMs = lostIn(sink);
    // Half a second until it is known, and as much until there is a fresh stream.
    expect(lostMs).toBeGreaterThan(4_800);
    expect(lostMs).toBeLessThan(5_200);
    expect(Math.abs(lostMs - sink.audio.silence.lostMs - (gap?.lost ?? 0))).toBeLessThanOrEqual(20);
  });

  it('is all that no key fits: WebRTC plays silence for it, and counts no loss', async () => {
    const microphone = new Microphone();
    await microphone.start();
    await microphone.speaks(1_000);
    microphone.track.decryption = { undecryptedMs: 1_000 };
    await microphone.speaks(1_000);
    microphone.track.decryption = { undecryptedMs: 0 };
    await microphone.speaks(1_000);
    microphone.track.decryption = { undecryptedMs: 500 };
    await microphone.speaks(5_000);
    const { sink, clock } = microphone.test;
    await sink.finish(clock.nowMs());
    expect(lostIn(sink)).toBeGreaterThan(6_500);
    expect(lostIn(sink)).toBeLessThan(8_100);
    expect(sink.tracks.concealed.drainGaps()).toHaveLength(2);
  });

  it('is nothing of who is muted, or was waited for a moment', async () => {
    const microphone = await unheard();
    await microphone.speaks(2_000);
    microphone.track.isUnheard = false;
    await microphone.speaks(2_000);
    await microphone.test.sink.finish(microphone.test.clock.nowMs());
    // But for what is on its way at the end.
    expect(lostIn(microphone.test.sink)).toBeLessThan(100);
  });

  it('is all of it at the end as well', async () => {
    const microphone = await unheard();
    await microphone.speaks(6_000);
    await microphone.test.sink.finish(microphone.test.clock.nowMs());
    expect(lostIn(microphone.test.sink)).toBeGreaterThan(5_500);
  });

  it('is all of it beside a standstill, in which it is the silence that stands there', async () => {
    const microphone = await unheard();
    await microphone.speaks(6_000);
    await microphone.standsStill(1_000, 0);
    await microphone.speaks(2_000);
    await microphone.test.sink.finish(microphone.test.clock.nowMs());
    const lostMs = lostIn(microphone.test.sink);
    expect(lostMs).toBeGreaterThan(8_600);
    expect(lostMs).toBeLessThan(9_300);
    // Who was heard meanwhile is waited for like anybody else.
    const other = await unheard();
    await other.speaks(6_000);
    other.track.isUnheard = false;
    await other.speaks(1_000);
    const beforeMs = lostIn(other.test.sink);
    other.track.isUnheard = true;
    await other.speaks(2_000);
    other.track.isUnheard = false;
    await other.speaks(1_000);
    expect(lostIn(other.test.sink)).toBe(beforeMs);
  });

  it('counts once in a standstill: as the silence that stands there', async () => {
    const microphone = new Microphone();
    await microphone.start();
    await microphone.speaks(2_000);
    await microphone.standsStill(3_000, 45);
    await microphone.speaks(3_000);
    const lostMs = lostIn(microphone.test.sink);
    expect(lostMs).toBeGreaterThan(2_800);
    expect(lostMs).toBeLessThan(3_300);
  });
});

describe('where audio stands', () => {
  it('is when it was sent: less its jitter buffer, and less what its codec looked ahead', async () => {
    const microphone = new Microphone();
    await microphone.start();
    await microphone.speaks(2_000);
    // Of 40 ms WebRTC counts 15 too many; Opus is 6.5 ms late.
    expect(microphone.test.sink.audio.playoutDelay.ms).toBeCloseTo(31.5);
  });
});
