import type { Page } from 'playwright-core';
import { change, elapse, inRoom } from './arrange.js';
import type { Scene } from './scene.js';

/** Opens the view, with the first take beside the list. */
async function openTakes(page: Page): Promise<void> {
  await page.keyboard.press('2');
  await page.locator('.files').waitFor();
  await elapse(page, 1_000);
}

export const takesScenes: readonly Scene[] = [
  {
    name: 'takes',
    isLayout: true,
    isNarrow: true,
    arrange: async (page) => {
      await change(page, { ...inRoom });
      await openTakes(page);
      await page.locator('.take-memory .plotted--rss').waitFor();
      await page.getByRole('list', { name: 'Steps of the budget' }).getByText('eve.mp4').waitFor();
    },
  },
  {
    name: 'takes-mp4-choice',
    isLayout: true,
    arrange: async (page) => {
      await openTakes(page);
      await page.locator('.take-list').getByText('Copy').click();
      // By the keyboard alone.
      await page.getByRole('button', { name: 'Make MP4' }).focus();
      await page.keyboard.press('Enter');
      await page.getByLabel('Frame rate').selectOption('25');
      await page.getByLabel('Size').waitFor();
    },
  },
  {
    name: 'takes-mp4',
    isLayout: true,
    isNarrow: true,
    arrange: async (page) => {
      await openTakes(page);
      const takeName = 'standup-20261119-090000';
      await page.locator('.take-list').getByText('Copy').click();
      await page.getByRole('button', { name: 'Make MP4' }).click();
      await page.getByLabel('Size').selectOption('720p');
      await page.getByRole('dialog').getByRole('button', { name: 'Make MP4' }).press('Enter');
      const settings = { fps: 30, size: '720p' } as const;
      await page.waitForFunction(
        (asked) =>
          window.fake.calls.some(
            ({ input, name }) => name === 'deliverTake' && JSON.stringify(input) === asked,
          ),
        JSON.stringify({ takeName, settings }),
      );
      const progress = { file: 'ben.mp4', number: 2, files: 3, fraction: 0.43, leftMs: 1_250_000 };
      await change(page, {
        delivery: { takeName, settings, ...progress },
        deliveryQueue: [
          { takeName: 'standup-20261118-090000', settings },
          { takeName: 'retro-20261117-160000', settings: { fps: 25, size: 'source' } },
        ],
      });
      await page.getByText('Making ben.mp4 (2 of 3), 43 %, about 20 min 50 s left (30 fps, 720p)').waitFor();
      await page.getByRole('button', { name: 'Cancel MP4 of retro-20261117-160000' }).waitFor();
    },
  },
  {
    name: 'takes-mp4-made',
    isNarrow: true,
    arrange: async (page) => {
      const takeName = 'standup-20261119-090000';
      await page.evaluate((name) => window.fake.addDeliverables(name), takeName);
      await openTakes(page);
      await page.locator('.take-list').getByText('Copy').click();
      await page.getByText(/^MP4 made of it, in its folder, 30 fps, as sent:/).waitFor();
      const ended = { takeName, endedAt: new Date(0).toISOString(), files: 1, isCanceled: false };
      await change(page, {
        endedDeliveries: [{ ...ended, problems: ['ben.mp4: ffmpeg ended with code 1.'] }],
      });
      await page.getByText('Not every MP4 file could be made.').waitFor();
      await page.keyboard.press('Delete');
      await page
        .getByText(/MP4 file.* made of it/)
        .nth(1)
        .waitFor();
    },
  },
  {
    name: 'takes-damaged',
    arrange: async (page) => {
      await page.evaluate(() =>
        window.fake.answer('verifyTake', {
          ok: true,
          value: {
            isOk: false,
            findings: ['ben.mp4 ends 12.4 s too early.', 'ben.mp4: its checksum is another one.'],
          },
        }),
      );
      await page.keyboard.press('2');
      await page.locator('.condition--damaged').click();
      await page.keyboard.press('v');
      await page.getByText('ben.mp4 ends').waitFor();
    },
  },
  {
    name: 'takes-unplayable',
    // The fake has no media to play, which is what this scene is about.
    complaints: ['not found: /media/standup-20261124-090000/ada.mp4'],
    arrange: async (page) => {
      await openTakes(page);
      await page.getByTitle('Play ada.mp4').click();
      await page.getByText('cannot play ada.mp4').waitFor();
    },
  },
  {
    name: 'takes-player-unplayable',
    complaints: ['ada', 'ben', 'eve'].map((who) => `not found: /media/standup-20261124-090000/${who}.mp4`),
    isLayout: true,
    isNarrow: true,
    arrange: async (page) => {
      await openTakes(page);
      await page.keyboard.press('p');
      for (const who of ['ada', 'ben', 'eve']) await page.getByText(`cannot play ${who}.mp4`).waitFor();
    },
  },
  {
    name: 'takes-markers',
    isNarrow: true,
    arrange: async (page) => {
      await openTakes(page);
      const section = page.getByRole('region', { name: '3 markers' });
      await section.scrollIntoViewIfNeeded();
      await section.getByRole('button', { name: 'Delete Questions' }).click();
      await page.getByRole('region', { name: '2 markers' }).waitFor();
      await page.getByText('Questions was deleted.').waitFor();
    },
  },
  {
    name: 'takes-marker-edit',
    arrange: async (page) => {
      await openTakes(page);
      await page.getByRole('button', { name: 'Edit Ben explains' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('Numbers');
    },
  },
  {
    name: 'takes-delete',
    arrange: async (page) => {
      await openTakes(page);
      await page.keyboard.press('Delete');
      await page.getByText('Delete this take?').waitFor();
    },
  },
  {
    name: 'takes-search',
    arrange: async (page) => {
      await openTakes(page);
      await page.keyboard.press('/');
      await page.keyboard.type('own FILE ada');
      await page.waitForFunction(() => document.querySelectorAll('.take').length === 1);
      await page.getByText('Ask him for his own file.').waitFor();
    },
  },
  {
    name: 'takes-none-found',
    arrange: async (page) => {
      await page.keyboard.press('2');
      await page.getByLabel('Search takes').fill('nobody');
      await page.getByText('No take holds “nobody”.').waitFor();
    },
  },
  {
    name: 'takes-describe',
    arrange: async (page) => {
      await openTakes(page);
      await page.keyboard.press('n');
      await page.getByRole('textbox', { name: 'Title' }).fill('Opening');
    },
  },
  {
    name: 'takes-trash',
    isNarrow: true,
    arrange: async (page) => {
      await page.keyboard.press('2');
      await page.getByRole('button', { name: 'Trash 2' }).click();
      await page.getByRole('button', { name: 'Empty trash' }).click();
      await page.getByText('There is no way back.').waitFor();
    },
  },
  {
    name: 'takes-undo',
    arrange: async (page) => {
      await openTakes(page);
      await page.keyboard.press('Delete');
      await page.getByRole('button', { name: 'Move to trash' }).click();
      await page.getByRole('button', { name: 'Undo' }).waitFor();
    },
  },
  {
    name: 'takes-empty',
    arrange: async (page) => {
      await page.evaluate(() => window.fake.setTakes([]));
      await page.keyboard.press('2');
      await page.getByText('No takes yet').waitFor();
    },
  },
];
