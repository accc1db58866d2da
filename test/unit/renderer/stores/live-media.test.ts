import { expect, it } from 'vitest';
import { LiveMedia } from '../../../../src-renderer/stores/live-media.js';

/** Hears somebody ten times a second, and is looked at once a second, as the window does. */
function hear(media: LiveMedia, fromMs: number, toMs: number, peakDbfs: number): void {
  for (let ms = fromMs; ms < toMs; ms += 100) {
    media.acceptLevels(
      [{ identity: 'ada', kind: 'participant', peakDbfs, rmsDbfs: -80, isClipping: false }],
      ms,
    );
    if (ms % 1_000 === 0) media.settle(ms);
  }
}

const quietOf = (media: LiveMedia, nowMs: number): number => media.quietMs('ada', 'participant', nowMs);

it('counts for how long somebody is not to be heard, from their last sound on', () => {
  const media = new LiveMedia();
  expect(quietOf(media, 1_000)).toBe(0);
  media.settle(0);
  hear(media, 0, 2_000, -20);
  hear(media, 2_000, 9_000, -75);
  expect(quietOf(media, 9_000)).toBe(7_100);
  hear(media, 9_000, 9_100, -59);
  expect(quietOf(media, 9_100)).toBe(100);
});

it('counts on while nothing comes of them at all, and tells whoever draws the meter', () => {
  const media = new LiveMedia();
  let drawn = 0;
  media.onLevel('ada', 'participant', () => (drawn += 1));
  media.settle(0);
  hear(media, 0, 1_000, -20);
  const before = drawn;
  for (let ms = 1_000; ms <= 8_000; ms += 1_000) media.settle(ms);
  // Of the first second a level is still fresh.
  expect(drawn - before).toBe(7);
  expect(quietOf(media, 8_000)).toBe(7_100);
});

it('claims nothing of the time in which nobody looked', () => {
  const media = new LiveMedia();
  media.settle(0);
  hear(media, 0, 1_000, -20);
  // The window was hidden for five minutes: no level came, whatever was said.
  media.settle(301_000);
  expect(quietOf(media, 301_000)).toBe(0);
  hear(media, 301_100, 303_000, -75);
  expect(quietOf(media, 303_000)).toBe(2_000);
});

it('lets a clip sign stand until it is reset, and draws it away at once', () => {
  const media = new LiveMedia();
  let drawn = 0;
  media.onLevel('eve', 'participant', () => (drawn += 1));
  const level = { identity: 'eve', kind: 'participant', peakDbfs: 0, rmsDbfs: -3 } as const;
  media.acceptLevels([{ ...level, isClipping: true }], 0);
  media.acceptLevels([{ ...level, peakDbfs: -30, isClipping: false }], 600_000);
  expect(media.positionOf('eve', 'participant').hasClipped).toBe(true);
  media.resetClip('eve', 'participant');
  expect(media.positionOf('eve', 'participant').hasClipped).toBe(false);
  expect(drawn).toBe(3);
});
