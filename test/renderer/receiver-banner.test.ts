import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { change, copying, known } from './arrange.js';
import { settings } from './fake-states.js';
import { groupStage } from './group-stage.js';
import { browserPath, needsBrowser } from './window-page.js';

describe.skipIf(browserPath === undefined)(`a receiver that was killed in a take ${needsBrowser}`, () => {
  const stage = groupStage();
  const withPage = (look: (page: Page) => Promise<void>): Promise<void> =>
    stage.withPage({ theme: 'dark', width: 1280, height: 800, prefersReducedMotion: true }, look);

  const says = (page: Page, name: string, message: string): Promise<void> =>
    page.evaluate(
      ([event, text]) =>
        window.fake.sendEvent({ name: event, level: 'warning', message: text, details: { part: 2 } }),
      [name, message] as const,
    );
  const ended = 'The process that receives in copy mode was ended by SIGKILL. Another one is started.';
  const back = 'What is sent is received again after 1.1 s, in part 2.';
  const banner = (page: Page, message: string) => page.locator('.banner').filter({ hasText: message });

  it('is said while another one is started, and then until somebody has seen it', () =>
    withPage(async (page) => {
      await change(page, { ...copying, settings: settings(known) });
      await says(page, 'receiverEnded', ended);
      await banner(page, ended).waitFor();
      expect(await banner(page, ended).getByRole('button').count()).toBe(0);
      await says(page, 'receiverBack', back);
      await banner(page, back).waitFor();
      expect(await banner(page, ended).count()).toBe(0);
      expect(await banner(page, back).innerText()).toContain('What was sent meanwhile is in no file');
      await banner(page, back).getByRole('button', { name: 'Dismiss' }).click();
      await banner(page, back).waitFor({ state: 'detached' });
      await says(page, 'receiverEnded', ended);
      await banner(page, ended).waitFor();
    }));
});
