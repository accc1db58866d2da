import { describe, expect, it } from 'vitest';
import type { SignalAlarmKind } from '../../../src-main/contract/signal-alarms.js';
import { AudioSignal } from '../../../src-main/pipeline/audio-signal.js';
import { isDigitalSilence } from '../../../src-main/pipeline/digital-silence.js';

const tickMs = 200;
const framesPerTick = 20;

function pcm(sample: number): Uint8Array {
  return new Uint8Array(new Int16Array(480).fill(sample).buffer);
}

const silence = pcm(0);
const speech = pcm(-300);

class TrackUnderTest {
  readonly signal = new AudioSignal();
  readonly told: [number, SignalAlarmKind | null][] = [];
  isOn: boolean | null = true;
  nowMs = 0;
  answers = 0;
  packets = 0;

  run(ms: number, { sound = silence, arrives = true, answers = true, isCopied = true } = {}): void {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs;) {
      this.nowMs += tickMs;
      if (arrives) this.packets += 10;
      // WebRTC is asked every other tick.
      if (answers && this.nowMs % (2 * tickMs) === 0) this.answers += 1;
      for (let frame = 0; isCopied && frame < framesPerTick; frame += 1) this.signal.onPcm(sound);
      const kind = this.signal.judge({
        elapsedMs: tickMs,
        isOn: this.isOn,
        answers: this.answers,
        packets: this.packets,
      });
      if (kind !== (this.told.at(-1)?.[1] ?? null)) this.told.push([this.nowMs, kind]);
    }
  }
}

describe('a microphone', () => {
  it('that is on and never sends is noticed within five seconds, though WebRTC plays out silence', () => {
    const track = new TrackUnderTest();
    track.run(10_000, { arrives: false });
    expect(track.told).toEqual([[4_600, 'noAudio']]);
    expect(track.signal.hadSignal).toBe(false);
  });

  it.each([true, false])('that sends nothing is still wrong when it was subscribed anew (%s)', (hadSent) => {
    const track = new TrackUnderTest();
    if (hadSent) track.run(6_000, { sound: speech });
    track.run(6_000, { arrives: false });
    track.isOn = null;
    track.run(600, { arrives: false, isCopied: false });
    track.isOn = true;
    track.packets = 0;
    track.run(6_000, { arrives: false });
    const [, ended] = track.told;
    expect(track.told[0]?.[1]).toBe('noAudio');
    expect(ended).toBeUndefined();
    // Of the fresh stream.
    track.run(400, { sound: speech });
    expect(track.told.at(-1)?.[1]).toBeNull();
  });

  it('that sends is not missed because its fresh stream is counted from 0 on', () => {
    const track = new TrackUnderTest();
    track.run(60_000, { sound: speech });
    track.isOn = null;
    track.run(600, { arrives: false, isCopied: false });
    track.isOn = true;
    track.packets = 0;
    // So quiet that only its packets tell.
    track.run(20_000);
    expect(track.told).toEqual([]);
  });

  it('that stops sending is noticed, and that it goes on', () => {
    const track = new TrackUnderTest();
    track.run(6_000, { sound: speech });
    track.run(6_000, { arrives: false });
    track.run(1_000, { sound: speech });
    expect(track.told).toEqual([
      [10_600, 'noAudio'],
      [12_200, null],
    ]);
  });

  it('that sends nothing but zeros is noticed after half a minute', () => {
    const track = new TrackUnderTest();
    track.run(40_000);
    track.run(1_000, { sound: speech });
    expect(track.told).toEqual([
      [30_000, 'digitalSilence'],
      [40_200, null],
    ]);
  });

  it('that is heard now and then is healthy', () => {
    const track = new TrackUnderTest();
    for (let minute = 0; minute < 3; minute += 1) {
      track.run(29_000);
      track.run(1_000, { sound: speech });
    }
    expect(track.told).toEqual([]);
  });

  it('in a quiet room is not digitally silent', () => {
    const track = new TrackUnderTest();
    track.run(60_000, { sound: pcm(2) });
    expect(track.told).toEqual([]);
  });

  it('that is muted has nothing to send', () => {
    const track = new TrackUnderTest();
    track.run(2_000, { sound: speech });
    track.isOn = false;
    track.run(60_000, { arrives: false });
    track.isOn = true;
    track.run(4_400, { arrives: false });
    expect(track.told).toEqual([]);
  });

  it('is not called off while WebRTC does not say what it counted', () => {
    const track = new TrackUnderTest();
    track.run(20_000, { arrives: false, answers: false });
    expect(track.told).toEqual([]);
    track.run(1_600, { arrives: false });
    expect(track.told.map(([, kind]) => kind)).toEqual(['noAudio']);
  });

  it('whose samples nobody copies is not called silent', () => {
    const track = new TrackUnderTest();
    track.run(60_000, { isCopied: false });
    expect(track.told).toEqual([]);
  });
});

it.each([
  [0, true],
  [1, true],
  [-1, true],
  [2, false],
  [-2, false],
  [256, false],
  [-32_768, false],
])('samples of %i are digital silence: %s', (sample, isSilent) => {
  expect(isDigitalSilence(pcm(sample))).toBe(isSilent);
});

it('one sample in a frame is enough to be heard', () => {
  const samples = new Int16Array(960);
  samples[959] = 40;
  expect(isDigitalSilence(new Uint8Array(samples.buffer))).toBe(false);
});
