import { describe, expect, it } from 'vitest';
import { change, inRoom, numbers, recording } from './arrange.js';
import { people } from './fake-states.js';
import { groupStage } from './group-stage.js';
import { browserPath, needsBrowser } from './window-page.js';

describe.skipIf(browserPath === undefined)(`what the window says is so ${needsBrowser}`, () => {
  const stage = groupStage();

  const dress = { theme: 'dark', width: 1280, height: 800, prefersReducedMotion: true } as const;

  it('shows no red lamp over a take with nobody in it, and says why, until the first file begins', () =>
    stage.withPage(dress, async (page) => {
      await change(page, {
        ...recording,
        participants: people().map((person) => ({ ...person, isArmed: false })),
      });
      await page.getByText('Nobody is recorded yet: nobody is armed; whoever joins will be').waitFor();
      await page.locator('.transport--waiting .lamp').getByText('waiting', { exact: true }).waitFor();
      await numbers(page, 'calm', 200);
      await page.locator('.transport--recording .lamp').waitFor();
      expect(await page.getByText('Nobody is recorded yet').count()).toBe(0);
    }));

  it('says of no tile that it is recorded or loses something once the take was stopped', () =>
    stage.withPage(dress, async (page) => {
      await change(page, recording);
      await numbers(page, 'losing', 200);
      await page.locator('.rec').first().waitFor();
      await page.getByText('of 30 fps written').first().waitFor();
      await change(page, { recorder: 'finalizing' });
      await page.locator('.transport--finalizing').waitFor();
      expect(await page.locator('.rec').count()).toBe(0);
      expect(await page.getByText(/losing/i).count()).toBe(0);
      expect(await page.getByText('fps written').count()).toBe(0);
      expect(await page.getByText('LOST AUDIO AND VIDEO').count()).toBe(1);
    }));

  it('shows no red sign for somebody who is armed and of whom nothing arrives', () =>
    stage.withPage(dress, async (page) => {
      const participants = people().map((person) =>
        person.identity === 'ada' ? { ...person, tracks: [] } : person,
      );
      await change(page, { ...recording, participants });
      await numbers(page, 'calm', 200);
      const ada = page.locator('.tile, .participant-row').filter({ hasText: 'Ada Lovelace' });
      await ada.locator('.rec--waiting').getByText('REC waiting').waitFor();
      expect(await page.locator('.rec:not(.rec--waiting)').count()).toBeGreaterThan(0);
      await page.locator('.transport--recording').waitFor();
      await change(page, { participants: participants.filter(({ identity }) => identity === 'ada') });
      await page.getByText('Nobody is recorded now: nothing arrives from Ada Lovelace').waitFor();
      await page.locator('.transport--waiting .lamp').getByText('waiting', { exact: true }).waitFor();
    }));

  it('lets nobody use a key that was typed while a dialog opens', () =>
    stage.withPage(dress, async (page) => {
      await change(page, recording);
      await page.locator('.transport--recording').waitFor();
      // Both come before anything can be drawn.
      await page.evaluate(() => {
        const keys = [
          { key: 'M', shiftKey: true },
          { key: 'p', shiftKey: false },
          { key: '2', shiftKey: false },
        ];
        for (const init of keys)
          document.body.dispatchEvent(
            new KeyboardEvent('keydown', { ...init, bubbles: true, cancelable: true }),
          );
      });
      const field = page.getByRole('dialog').getByRole('textbox');
      await field.waitFor();
      await page.keyboard.type('s2');
      expect(await field.inputValue()).toBe('s2');
      expect(await page.locator('.record').count()).toBe(1);
    }));

  it('is not ready while it reconnects, and says of nobody that they left', () =>
    stage.withPage(dress, async (page) => {
      await change(page, {
        ...inRoom,
        connection: 'reconnecting',
        participants: people().map((person) => ({ ...person, isPresent: false })),
      });
      await page.getByText('Offline', { exact: true }).waitFor();
      await page.getByText('You can record once the connection is back', { exact: true }).waitFor();
      expect(await page.getByText('left', { exact: true }).count()).toBe(0);
      expect(await page.getByText('Not in the room').count()).toBe(0);
    }));
});
