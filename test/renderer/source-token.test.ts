import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { change, known } from './arrange.js';
import { settings } from './fake-states.js';
import { groupStage } from './group-stage.js';
import { browserPath, complaintsOf, needsBrowser } from './window-page.js';

/** A token as a person pastes it. */
function token(video: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part({ sub: 'recorder', video })}.signature`;
}

// What the form says of a token, before anything is sent.
describe.skipIf(browserPath === undefined)(`a token in the form of the server ${needsBrowser}`, () => {
  const stage = groupStage();

  const withToken = (video: object, look: (page: Page) => Promise<void>): Promise<void> =>
    stage.withPage({ prefersReducedMotion: true }, async (page) => {
      page.setDefaultTimeout(10_000);
      await change(page, { settings: settings({ ...known, room: '' }) });
      await page.getByLabel('Room', { exact: true }).fill('standup');
      await page.getByRole('radio', { name: 'Access token' }).check();
      await page.getByLabel('Access token', { exact: true }).last().fill(token(video));
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await look(page);
      expect(await page.evaluate(() => window.fake.calls.filter(({ name }) => name === 'connect'))).toEqual(
        [],
      );
      expect(complaintsOf(page)).toEqual([]);
    });

  it('that names another room is told at the room, where it can be mended', () =>
    withToken({ roomJoin: true, room: 'lobby' }, async (page) => {
      const room = page.locator('[data-field="room"]');
      await room
        .getByText('The token is for the room “lobby”. Leave this empty to record that one')
        .waitFor();
      expect(await room.locator('input').getAttribute('aria-invalid')).toBe('true');
      expect(await page.locator('[data-field="secret"] .field--problem').count()).toBe(0);
      expect(await page.locator('[data-field="secret"]').textContent()).toContain('Good for room “lobby”');
      await room.locator('input').fill('');
      await room.locator('.field--problem').waitFor({ state: 'detached' });
    }));

  it('that names no room is called good for none', () =>
    withToken({ roomJoin: true }, async (page) => {
      const field = page.locator('[data-field="secret"]');
      await field.getByText('This token names no room, so it leads to none').waitFor();
      expect(await field.textContent()).not.toContain('Good for');
    }));
});
