import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { ConsoleState } from '../../src-main/contract/console.js';
import { idleState } from './fake-states.js';
import { groupStage } from './group-stage.js';
import { browserPath, needsBrowser } from './window-page.js';

// What the SDK keeps of earlier rooms is told between two rooms, and nowhere else.
describe.skipIf(browserPath === undefined)(`the advice to restart ${needsBrowser}`, () => {
  const stage = groupStage();

  const withPage = (look: (page: Page) => Promise<void>): Promise<void> =>
    stage.withPage({ theme: 'dark', width: 1280, height: 800, prefersReducedMotion: true }, look);

  const change = (page: Page, state: Partial<ConsoleState>): Promise<void> =>
    page.evaluate((partial) => window.fake.change(partial), state);
  const kept = (bytes: number): Partial<ConsoleState> => ({ earlierConnections: { count: 68, bytes } });
  const advice = (page: Page) => page.getByText('for 68 connections that ended');
  const restart = (page: Page) => page.getByRole('button', { name: 'Restart Plateau' });

  /** After it, whatever an earlier state brings is drawn as well. */
  async function somethingElseIsDrawn(page: Page): Promise<void> {
    await change(page, { problem: { code: 'internal', message: 'Something else.', hint: 'Go on.' } });
    await page.getByText('Something else.').waitFor();
  }

  it('comes at 30 MB, and restarts when it is asked to', () =>
    withPage(async (page) => {
      await change(page, kept(29_900_000));
      await somethingElseIsDrawn(page);
      expect(await advice(page).count()).toBe(0);
      await change(page, kept(30_900_000));
      await advice(page).waitFor();
      await restart(page).click();
      const calls = await page.evaluate(() => window.fake.calls.map(({ name }) => name));
      expect(calls).toContain('restart');
    }));

  it('stays away in a room, and once it was dismissed until there is as much again', () =>
    withPage(async (page) => {
      await change(page, kept(31e6));
      await advice(page).waitFor();
      await change(page, { recorder: 'ready', connection: 'connected' });
      await advice(page).waitFor({ state: 'detached' });
      await change(page, { recorder: 'idle', connection: 'disconnected' });
      await page
        .locator('.banner', { has: restart(page) })
        .getByRole('button', { name: 'Dismiss' })
        .click();
      await advice(page).waitFor({ state: 'detached' });
      await change(page, kept(60e6));
      await somethingElseIsDrawn(page);
      expect(await advice(page).count()).toBe(0);
      await change(page, kept(62e6));
      await advice(page).waitFor();
    }));

  it('says what to do where the program cannot restart itself', () =>
    withPage(async (page) => {
      const { host } = idleState();
      await change(page, { ...kept(31e6), host: { ...host, kind: 'browser', canRestart: false } });
      await page.getByText('End the recorder and start it again').waitFor();
      expect(await restart(page).count()).toBe(0);
    }));
});
