import { describe, expect, it } from 'vitest';
import { change, numbers, recording } from './arrange.js';
import { idleState } from './fake-states.js';
import { groupStage } from './group-stage.js';
import { browserPath, needsBrowser } from './window-page.js';

const sizes = [
  [900, 600],
  [1280, 800],
  [1920, 1080],
] as const;

describe.skipIf(browserPath === undefined)(`the transport bar ${needsBrowser}`, () => {
  const stage = groupStage();

  it.each(sizes)(
    'lets no button cover the clock, with everything that it can show, at %ix%i',
    (width, height) =>
      stage.withPage({ theme: 'dark', width, height, prefersReducedMotion: true }, async (page) => {
        const settings = { ...idleState().settings, replaySeconds: 30 };
        for (const [name, take] of [
          ['recording', recording],
          ['paused', { ...recording, take: { ...recording.take, isPaused: true } }],
        ] as const) {
          await change(page, { ...take, settings });
          await numbers(page, 'stormy', 200);
          await page.getByRole('button', { name: 'Replay' }).waitFor();
          await page.screenshot({ path: `.artefacts/window/transport-${name}-${width}.png` });
          const edges = await page.evaluate(() => {
            const box = (selector: string) => document.querySelector(selector)?.getBoundingClientRect();
            const clock = document.querySelector('.timecode');
            const text = document.createRange();
            if (clock !== null) text.selectNodeContents(clock);
            return {
              lampRight: box('.lamp')?.right,
              clockLeft: text.getBoundingClientRect().left,
              clockRight: text.getBoundingClientRect().right,
              buttonsLeft: box('.transport__buttons')?.left,
              buttonsRight: box('.transport__buttons')?.right,
              figuresLeft: box('.transport__figures')?.left,
              figuresRight: box('.transport__figures')?.right,
            };
          });
          const { buttonsLeft = 0, buttonsRight = NaN, clockLeft, clockRight, figuresLeft = 0 } = edges;
          expect(edges.lampRight).toBeLessThanOrEqual(clockLeft);
          expect(clockRight).toBeLessThanOrEqual(buttonsLeft);
          expect(buttonsRight).toBeLessThanOrEqual(figuresLeft + 0.5);
          expect(edges.figuresRight).toBeLessThanOrEqual(width + 0.5);
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        }
      }),
  );
});
