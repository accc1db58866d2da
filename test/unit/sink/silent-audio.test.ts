import { describe, expect, it } from 'vitest';
import { SilentAudio } from '../../../src-main/sink/silent-audio.js';

it('counts a hole between two encoders once, whether frames of it are dropped before it ends or after', () => {
  const silent = new SilentAudio();
  silent.holeBegins(6_800, 0);
  // A second of it was dropped by then, and is lost as that.
  silent.holeEnds(18_800, 1_000);
  expect(silent.lostMs).toBe(11_000);
  for (let frame = 0; frame < 40; frame += 1) silent.droppedOfHole(10);
  expect(silent).toMatchObject({ lostMs: 10_600, lostEndMs: 18_800, writtenMs: 0 });
});

it('takes nothing back of what was no hole, or of one before the last', () => {
  const silent = new SilentAudio();
  silent.wrote(500, 4_500, true);
  silent.droppedOfHole(10);
  silent.holeBegins(5_000, 0);
  silent.holeEnds(5_150, 0);
  silent.droppedOfHole(10);
  silent.holeBegins(6_000, 0);
  silent.holeEnds(6_300, 0);
  silent.droppedOfHole(1_000);
  expect(silent.lostMs).toBe(500);
  silent.holeBegins(7_000, 0);
  silent.holeEnds(7_400, 0);
  silent.holeEnds(9_000, 0);
  silent.droppedOfHole(10);
  expect(silent.lostMs).toBe(900);
});

it('counts what a track that was away would have sent, but for what is known', () => {
  const silent = new SilentAudio();
  expect(silent.wasAway(4_000, 1_500)).toBe(2_500);
  expect(silent.wasAway(1_000, 1_500)).toBe(0);
  expect(silent.lostMs).toBe(2_500);
});

it('counts nothing of who is muted, of whom nothing is due', () => {
  const silent = new SilentAudio();
  silent.setMuted(true);
  silent.wrote(2_000, 4_000, true);
  silent.holeBegins(4_000, 0);
  silent.holeEnds(7_000, 0);
  expect(silent.wasAway(3_000, 0)).toBe(0);
  expect(silent).toMatchObject({ lostMs: 0, writtenMs: 2_000 });
  silent.setMuted(false);
  silent.wrote(500, 7_500, true);
  expect(silent.lostMs).toBe(500);
});

it('tells audio that has no place for something else stands there from that whose silence is counted', () => {
  const silent = new SilentAudio();
  silent.wrote(300, 4_300, true);
  silent.wrote(200, 4_500, true);
  silent.hadNoPlace(4_000, 10);
  silent.hadNoPlace(4_490, 10);
  expect(silent.unplacedMs).toBe(0);
  silent.hadNoPlace(3_000, 10);
  silent.hadNoPlace(4_510, 10);
  expect(silent.unplacedMs).toBe(20);
});

it('misses nothing of before a track came, be it silence or audio that has no place', () => {
  const silent = new SilentAudio();
  silent.trackCame(5_000);
  silent.hadNoPlace(4_980, 10);
  silent.wrote(300, 5_100, true);
  expect(silent).toMatchObject({ lostMs: 100, unplacedMs: 0 });
  silent.hadNoPlace(5_200, 10);
  expect(silent.unplacedMs).toBe(10);
});

describe('a track that ends', () => {
  it('is missed up to its end where it had delivered nothing for a while', () => {
    const silent = new SilentAudio();
    // Silence is written a second behind the present.
    silent.wrote(7_730, 12_180, true);
    silent.trackEnded(13_306, 12_180);
    silent.wrote(1_000, 13_180, false);
    silent.wrote(500, 13_680, false);
    silent.wrote(320, 14_000, false);
    expect(silent.lostMs).toBe(13_306 - 12_180 + 7_730);
    expect(silent.lostEndMs).toBe(13_306);
    expect(silent.writtenMs).toBe(7_730 + 1_820);
  });

  it('is missed by nobody behind its end when it delivered up to there, or was muted', () => {
    const silent = new SilentAudio();
    silent.wrote(600, 3_000, true);
    silent.trackEnded(9_000, 8_900);
    silent.wrote(1_000, 9_900, false);
    expect(silent.lostMs).toBe(600);

    const muted = new SilentAudio();
    muted.setMuted(true);
    muted.wrote(7_000, 7_000, true);
    muted.trackEnded(8_000, 7_000);
    muted.wrote(1_000, 8_000, false);
    expect(muted.lostMs).toBe(0);
  });
});
