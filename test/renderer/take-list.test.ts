import { describe, expect, it } from 'vitest';
import type { TakeEntry } from '../../src-main/contract/takes.js';
import { change, inRoom } from './arrange.js';
import { takes } from './fake-states.js';
import { groupStage } from './group-stage.js';
import { browserPath, needsBrowser } from './window-page.js';

/** A copied take whose receiver was killed has the longest of all stamps. */
function killed(): TakeEntry {
  const copied = takes().find(({ mode }) => mode === 'copy');
  if (copied === undefined) throw new Error('None of the takes is copied.');
  const content = { grade: 'losses', worstShare: 0.062, gaps: 6, missingTracks: 6, missingNow: 0 } as const;
  return { ...copied, takeName: 'studio-20261130-032531', condition: 'unproven', content };
}

describe.skipIf(browserPath === undefined)(`the list of takes ${needsBrowser}`, () => {
  const stage = groupStage();

  it.each([
    [900, 600],
    [1280, 800],
    [1920, 1080],
  ])('has the name and all stamps of each take at %i x %i', (width, height) =>
    stage.withPage({ theme: 'dark', width, height, prefersReducedMotion: true }, async (page) => {
      await page.evaluate((entries) => window.fake.setTakes(entries), [killed(), ...takes()]);
      await change(page, { ...inRoom });
      await page.keyboard.press('2');
      await page.locator('.take', { hasText: '6 tracks missing for a while' }).first().waitFor();
      const hidden = await page.locator('.take').evaluateAll((lines) =>
        lines.flatMap((line) => {
          const end = line.getBoundingClientRect().right;
          const name = line.querySelector('.take__room');
          const stamps = [...line.querySelectorAll('.stamps > *')];
          const isCut = stamps.some((stamp) => stamp.getBoundingClientRect().right > end);
          // Some letters of it at least.
          const isGone = (name?.getBoundingClientRect().width ?? 0) < 40;
          return isCut || isGone ? [`${name?.textContent ?? ''}: ${isCut ? 'cut' : 'gone'}`] : [];
        }),
      );
      expect(hidden).toEqual([]);
    }),
  );
});
