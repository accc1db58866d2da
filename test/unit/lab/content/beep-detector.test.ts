import { describe, expect, it } from 'vitest';
import { BeepDetector } from '../../../../src-main/lab/content/beep-detector.js';
import { audioFrameMs, fillAudio, samplesPerFrame } from '../../../../src-main/lab/pattern/test-tone.js';

const blockSamples = 48;

function play(
  detector: BeepDetector,
  fromMs: number,
  toMs: number,
  isMuted: (atMs: number) => boolean,
): void {
  const frame = new Int16Array(samplesPerFrame);
  for (let atMs = fromMs; atMs < toMs; atMs += audioFrameMs) {
    if (isMuted(atMs)) frame.fill(0);
    else fillAudio(frame, atMs, 1000);
    for (let start = 0; start < frame.length; start += blockSamples) {
      detector.push(frame.subarray(start, start + blockSamples));
    }
  }
  detector.finish();
}

describe('beep detector', () => {
  it('finds the exact onset of every beep', () => {
    const detector = new BeepDetector();
    play(detector, 500, 4500, () => false);
    expect(detector.onsetsMs).toEqual([500, 1500, 2500, 3500]);
    expect(detector.silentIntervalsMs).toEqual([]);
  });

  it('tells mute from the quiet between beeps', () => {
    const detector = new BeepDetector();
    play(detector, 0, 4000, (atMs) => atMs >= 1200 && atMs < 2600);
    expect(detector.onsetsMs).toEqual([0, 1000, 3000]);
    expect(detector.silentIntervalsMs).toEqual([{ fromMs: 1200, toMs: 2600 }]);
  });
});
