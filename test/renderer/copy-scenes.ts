import type { Page } from 'playwright-core';
import type { Settings } from '../../src-main/contract/settings.js';
import { change, copying, inRoom, known, numbers, recording } from './arrange.js';
import { room, settings } from './fake-states.js';
import type { Scene } from './scene.js';

/** The recorder does what was asked for last. */
async function follow(page: Page, before: Settings, asked: Partial<Settings>): Promise<void> {
  await page.waitForFunction((expected) => {
    const latest = window.fake.calls[window.fake.calls.length - 1];
    return latest?.name === 'updateSettings' && JSON.stringify(latest.input) === expected;
  }, JSON.stringify(asked));
  await change(page, { settings: { ...before, ...asked } });
}

/** The choice of copy mode, and a take that is copied. */
export const copyScenes: readonly Scene[] = [
  {
    // Of a room that was joined with a token nothing can be copied.
    name: 'record-lost-for-next',
    arrange: async (page) => {
      await change(page, { ...recording, source: { ...room, credentialKind: 'token' } });
      await numbers(page, 'losing', 200);
      await page.getByRole('button', { name: 'Audio only next take' }).click();
      await page.getByRole('button', { name: 'Set for the next take' }).waitFor();
    },
  },
  {
    name: 'copy-choice',
    isLayout: true,
    arrange: async (page) => {
      const folders = { backupFolder: '/second/takes', fallbackFolder: '/other/takes' };
      const own = settings({ ...known, ...folders, memoryCeilingMegabytes: 500 });
      await change(page, { ...inRoom, settings: own });
      await numbers(page, 'calm', null, 90);
      await page.getByText('Output', { exact: true }).click();
      await page.getByRole('radio', { name: 'Copy' }).click();
      await follow(page, own, { takeMode: 'copy' });
      await page.getByText('The one that is set is not used now.').waitFor();
      await page
        .getByLabel('Go on here when the disk fails')
        .and(page.locator('[value="/other/takes"]'))
        .waitFor();
      await page
        .getByLabel('Second copy of each take')
        .and(page.locator('[value="/second/takes"]'))
        .waitFor();
      await page.getByRole('group', { name: 'Recording' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'copy-choice-rest',
    arrange: async (page) => {
      await change(page, { ...inRoom, settings: settings({ ...known, takeMode: 'copy' }) });
      await numbers(page, 'calm', null, 90);
      await page.getByText('Output', { exact: true }).click();
      await page.getByLabel('Files at once').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'copy-refused',
    arrange: async (page) => {
      const own = settings({ ...known, takeMode: 'copy', replaySeconds: 60 });
      await change(page, { ...inRoom, settings: own, source: { ...room, credentialKind: 'token' } });
      await numbers(page, 'calm', null, 90);
      await page.getByText('Output', { exact: true }).click();
      const refused = page.getByTitle(/and a token is only one\.$/);
      await page
        .getByRole('button', { name: /^Start/ })
        .and(refused)
        .waitFor();
      // Kept by the take itself, a replay buffer keeps no take from starting.
      await change(page, { source: { ...room, credentialKind: 'apiKey' } });
      await refused.waitFor({ state: 'detached' });
      await change(page, { source: { ...room, credentialKind: 'token' } });
      await page.getByText('and a token is only one.').first().waitFor();
    },
  },
  {
    name: 'copy-recording',
    isLayout: true,
    isNarrow: true,
    arrange: async (page) => {
      await change(page, copying);
      await numbers(page, 'copied', 200);
      await page.getByText('Without the frame before').waitFor({ state: 'attached' });
      await page.getByText('Queue full').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Pause', disabled: false }).waitFor();
    },
  },
  {
    name: 'copy-lab',
    arrange: async (page) => {
      await change(page, copying);
      await numbers(page, 'copied', 200);
      await page.keyboard.press('3');
      await page.getByText('Encoded frames, until their time is known').first().waitFor();
      await page.getByLabel('Fault', { exact: true }).selectOption('killFfmpeg');
    },
  },
];
