import type { Page } from 'playwright-core';
import type { MemoryVerdict } from '../../src-main/contract/verdict.js';
import { change, elapse, inRoom, known, numbers, recordGuests, recording } from './arrange.js';
import { connectScenes } from './connect-scenes.js';
import { copyScenes } from './copy-scenes.js';
import { listeners, people, room, settings } from './fake-states.js';
import type { Scene } from './scene.js';
import { takesScenes } from './takes-scenes.js';

const unboundedFault = {
  id: 1,
  fault: { name: 'unbounded', stopAtMegabytes: 2_000, seconds: 60 },
  startedAt: '2026-11-24T09:01:00.000Z',
  endsAt: '2026-11-24T09:02:00.000Z',
} as const;

const flatVerdict: MemoryVerdict = {
  main: { verdict: 'flat', slope: { mbPerMinute: 0.04, lowerMbPerMinute: -0.11, upperMbPerMinute: 0.19 } },
  ffmpeg: { verdict: 'flat', slope: { mbPerMinute: 0, lowerMbPerMinute: -0.01, upperMbPerMinute: 0.02 } },
  renderer: null,
  warmUpMs: 60_000,
  windowMs: 1_740_000,
  blockMs: 120_000,
  restarts: 2,
};

export const scenes: readonly Scene[] = [
  {
    name: 'record-first-time',
    isLayout: true,
    isNarrow: true,
    arrange: (page) => page.getByRole('button', { name: 'Connect', exact: true }).waitFor(),
  },
  {
    name: 'record-known-server',
    arrange: (page) =>
      change(page, { settings: settings(known), remembered: { hasToken: false, hasApiSecret: true } }),
  },
  {
    name: 'record-open-rooms',
    arrange: async (page) => {
      await change(page, { settings: settings(known), remembered: { hasToken: false, hasApiSecret: true } });
      await page.getByRole('button', { name: 'Show open rooms' }).click();
      await page.getByLabel('Open rooms').selectOption({ label: 'retro · 1 participant' });
    },
  },
  {
    name: 'record-recent-rooms',
    arrange: async (page) => {
      const other = { url: 'wss://studio.example', room: 'acme/standup', apiKey: 'APIabc' };
      const recentRooms = [known, other].map((one) => ({ ...one, credentialKind: 'apiKey' as const }));
      await change(page, { settings: settings({ ...known, recentRooms }) });
      await page.getByLabel('Recent rooms').selectOption({ label: 'acme/standup · studio.example' });
      await page.waitForFunction(
        () => document.querySelector<HTMLInputElement>('[data-field="room"] input')?.value === 'acme/standup',
      );
    },
  },
  {
    name: 'record-form-problems',
    arrange: async (page) => {
      await page.getByLabel('Server', { exact: true }).fill('my server');
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.getByText('Not a server address.').waitFor();
    },
  },
  {
    name: 'record-restart-advice',
    arrange: (page) =>
      change(page, {
        settings: settings(known),
        remembered: { hasToken: false, hasApiSecret: true },
        earlierConnections: { count: 68, bytes: 30_872_000 },
      }),
  },
  {
    name: 'record-listening',
    isLayout: true,
    arrange: async (page) => {
      await change(page, recording);
      await numbers(page, 'calm', 200);
      await page.getByRole('button', { name: 'Listen to Ada Lovelace', exact: true }).click();
      await page.locator('.listening').waitFor();
    },
  },
  {
    name: 'record-connecting',
    arrange: (page) =>
      change(page, {
        recorder: 'connecting',
        connection: 'connecting',
        source: room,
        settings: settings(known),
      }),
  },
  {
    name: 'record-empty-room',
    arrange: async (page) => {
      await change(page, { ...inRoom, participants: [] });
      await numbers(page, 'calm', null, 60);
    },
  },
  {
    name: 'record-ready',
    arrange: async (page) => {
      await change(page, { ...inRoom });
      await numbers(page, 'calm', null, 90);
      await page.getByText('Output', { exact: true }).click();
    },
  },
  {
    name: 'record-countdown',
    arrange: async (page) => {
      await change(page, { ...inRoom, countdownSeconds: 3 });
      await numbers(page, 'calm', null, 90);
      await page.getByText('Recording starts in 3 seconds').waitFor();
      // The key that stops a take cancels its start.
      await page.keyboard.press('s');
      await page.getByText('Ready to record 3 participants').waitFor();
      await change(page, { countdownSeconds: 3 });
      await page.getByRole('button', { name: /^Cancel/ }).waitFor();
    },
  },
  {
    name: 'record-no-answer',
    arrange: async (page) => {
      await change(page, { ...recording });
      await numbers(page, 'calm', 200);
      await page.evaluate(() => window.fake.fallSilent());
      await elapse(page, 6_000);
      await page.getByText('No answer from the recorder: the take may have ended.').waitFor();
    },
  },
  {
    name: 'record-recording',
    isLayout: true,
    arrange: async (page) => {
      await change(page, { ...recording });
      await numbers(page, 'calm', 200);
    },
  },
  {
    name: 'record-zoomed',
    arrange: async (page) => {
      await change(page, { ...recording });
      await numbers(page, 'calm', 200);
      const chart = page.getByRole('group', { name: /^Memory over time/ });
      const place = await chart.boundingBox();
      if (place === null) throw new Error('there is no chart');
      const y = place.y + place.height / 2;
      await page.mouse.move(place.x + place.width * 0.6, y);
      await page.mouse.down();
      await page.mouse.move(place.x + place.width * 0.8, y, { steps: 4 });
      await page.mouse.up();
      await page.getByRole('button', { name: 'Not live: back to now' }).waitFor();
      await chart.press('Escape');
      await page.getByRole('button', { name: 'Not live: back to now' }).waitFor({ state: 'detached' });
      for (const key of ['+', '+', 'ArrowLeft']) await chart.press(key);
      await page.getByRole('button', { name: 'Not live: back to now' }).waitFor();
      await page.getByRole('button', { name: 'Process (RSS)', exact: true }).click();
      await page.getByRole('button', { name: 'Process (RSS)', exact: true, pressed: false }).waitFor();
      await page.locator('.plotted--rss[d=""]').waitFor({ state: 'attached' });
    },
  },
  {
    name: 'record-budget',
    arrange: async (page) => {
      await change(page, { ...recording });
      await numbers(page, 'calm', 200);
      await page.keyboard.press('b');
      await page.getByRole('dialog').getByText('66 MB more: eve.mp4 (eve) was opened').waitFor();
      await page.getByRole('dialog').getByText('Frames that wait for their encoder').waitFor();
    },
  },
  {
    name: 'record-warming-up',
    arrange: async (page) => {
      await change(page, { ...recording });
      await numbers(page, 'calm', 20);
    },
  },
  {
    name: 'record-crowd',
    isLayout: true,
    arrange: async (page) => {
      await change(page, { ...recording, participants: [...people(), ...listeners(36)] });
      await numbers(page, 'calm', 200);
      await page.waitForFunction(() => document.querySelectorAll('.tile, .participant-row').length === 41);
    },
  },
  // In every size those that fill it most.
  ...([1, 4, 9, 12] as const).map((count) => ({
    name: `record-producer-${count}`,
    isLayout: count === 9,
    isNarrow: count === 9,
    arrange: (page: Page) => recordGuests(page, count, 'Producer'),
  })),
  { name: 'record-qa-9', isLayout: true, isNarrow: true, arrange: (page) => recordGuests(page, 9, 'QA') },
  {
    name: 'record-enlarged',
    arrange: async (page) => {
      await recordGuests(page, 9, 'Producer');
      await page.getByRole('button', { name: 'Enlarge Ben' }).click();
      await elapse(page, 300);
      await page.locator('.participants__one .tile').waitFor();
    },
  },
  {
    name: 'record-stop-asked',
    arrange: async (page) => {
      await recordGuests(page, 4, 'Producer');
      await page.keyboard.press('?');
      await page.getByRole('radio', { name: 'Ask first' }).check();
      await page.keyboard.press('Escape');
      await page.keyboard.press('s');
      await page.getByText('Stop this take?').waitFor();
    },
  },
  {
    name: 'record-over-budget',
    arrange: async (page) => {
      await change(page, { ...recording });
      await numbers(page, 'stormy', 200);
    },
  },
  {
    name: 'record-losing',
    isLayout: true,
    arrange: async (page) => {
      await change(page, { ...recording });
      await numbers(page, 'losing', 200);
      await page
        .getByText('LOSING AUDIO AND VIDEO: ADA LOVELACE, EVE, FROM THE STUDIO…E RIVER – encoder behind')
        .waitFor();
      await page.getByText('9 of 30 fps written').first().waitFor();
      await page.getByText('The audio clock of eve drifts').waitFor();
      await page.getByText('is slower than its camera').waitFor({ state: 'detached' });
    },
  },
  {
    name: 'record-lost',
    arrange: async (page) => {
      await change(page, { ...recording });
      await numbers(page, 'losing', 200);
      await numbers(page, 'calm', 206, 5);
      await page.getByText('LOST AUDIO AND VIDEO').waitFor();
      await page.getByRole('button', { name: 'Copy from now on' }).waitFor();
    },
  },
  {
    name: 'record-saving-memory',
    isLayout: true,
    arrange: async (page) => {
      await change(page, { ...recording, settings: settings({ ...known, memoryCeilingMegabytes: 200 }) });
      await numbers(page, 'tight', 200);
      await page.getByText('Saving memory: 5 fps').waitFor();
    },
  },
  {
    name: 'record-ceiling-problem',
    arrange: async (page) => {
      await change(page, { ...recording });
      await numbers(page, 'calm', 200);
      await page.getByText('Output', { exact: true }).click();
      await page.getByLabel('Memory ceiling').fill('20');
      await page.getByText('Enter a whole number from 50').waitFor();
    },
  },
  {
    name: 'record-reconnecting',
    arrange: async (page) => {
      const participants = people().map((one) => ({ ...one, isPresent: one.identity !== 'eve' }));
      await change(page, { ...recording, connection: 'reconnecting', participants });
      await numbers(page, 'calm', 200);
    },
  },
  {
    name: 'record-finalizing',
    arrange: async (page) => {
      await change(page, { ...recording, recorder: 'finalizing', finalizingFraction: 0.43 });
      await numbers(page, 'calm', 200);
    },
  },
  {
    name: 'record-failed',
    arrange: (page) =>
      change(page, {
        recorder: 'idle',
        settings: settings(known),
        problem: {
          code: 'unauthorized',
          message: 'The server did not accept the API key or its secret.',
          hint: 'Check both on the server’s page; a secret that was copied without its last character is the usual reason.',
        },
      }),
  },
  ...connectScenes,
  ...copyScenes,
  ...takesScenes,
  {
    name: 'lab',
    isLayout: true,
    isNarrow: true,
    arrange: async (page) => {
      await change(page, { ...recording });
      await numbers(page, 'stormy', 200);
      await page.keyboard.press('3');
      await page.locator('.buffers').waitFor();
    },
  },
  {
    name: 'lab-soaked',
    arrange: async (page) => {
      const outcome = {
        word: 'FLAT',
        verdict: flatVerdict,
        peakRssBytes: 187e6,
        budgetBytes: 460e6,
        exceededCeilingBytes: null,
      } as const;
      const startedAt = new Date(0).toISOString();
      const soak = { takeName: 'demo-20261124-090000', minutes: 30, startedAt, outcome, isRunning: false };
      await change(page, { ...recording, recorder: 'ready', take: null, soak });
      await page.keyboard.press('3');
      await page.getByText('FLAT', { exact: true }).waitFor();
    },
  },
  {
    name: 'record-unbounded',
    arrange: async (page) => {
      await change(page, { ...recording });
      await numbers(page, 'unbounded', 98);
      await page.getByText('Unbounded (unsafe)').waitFor();
    },
  },
  {
    name: 'lab-unbounded',
    isLayout: true,
    arrange: async (page) => {
      await change(page, { ...recording, source: { ...room, kind: 'demo' }, faults: [unboundedFault] });
      await numbers(page, 'unbounded', 98);
      await page.keyboard.press('3');
      await page.locator('.unbounded__state').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'lab-unbounded-over',
    arrange: async (page) => {
      await change(page, { ...recording });
      await numbers(page, 'unbounded', 130);
      await page.keyboard.press('3');
      await page.getByText('Ended: safety stop reached').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'lab-unbounded-asks',
    arrange: async (page) => {
      await change(page, { ...recording });
      await page.keyboard.press('3');
      await page.getByRole('button', { name: 'Start without caps' }).click();
      await page.getByText('Record without caps?').waitFor();
    },
  },
  {
    name: 'lab-unbounded-asks-again',
    arrange: async (page) => {
      await change(page, { ...recording });
      await page.keyboard.press('3');
      await page.getByRole('button', { name: 'Start without caps' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Start without caps' }).click();
      await page.getByText('Run beside a real take?').waitFor();
    },
  },
  {
    name: 'lab-show',
    isLayout: true,
    arrange: async (page) => {
      await change(page, {
        ...inRoom,
        source: { ...room, kind: 'demo' },
        show: {
          takeName: 'demo-20261124-090000',
          startedAt: '2026-11-24T09:00:00.000Z',
          seconds: 40,
          isRunning: false,
          outcome: {
            ...{ peakRssBytes: 243e6, budgetBytes: 460e6, unboundedPeakRssBytes: 2.01e9 },
            ...{ unboundedStopReason: 'memory', people: 1, ofPeople: 3 },
          },
        },
      });
      await numbers(page, 'unbounded', 130);
      await page.keyboard.press('3');
    },
  },
  { name: 'lab-idle', arrange: (page) => page.keyboard.press('3') },
  {
    name: 'help',
    arrange: async (page) => {
      await page.keyboard.press('?');
      await page.locator('.help').waitFor();
    },
  },
];
