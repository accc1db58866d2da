import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import type { ConsoleParticipant } from '../../src-main/contract/console-participant.js';
import type { TakeEntry } from '../../src-main/contract/takes.js';
import { buildWindow } from './build-window.js';
import { room, settings, takes as fakeTakes } from './fake-states.js';
import { launchOptions, openWindowStage } from './window-page.js';

// The pictures of the window in docs/images: the production build in front of the fake recorder, so that none shows a
// folder, a name or a moment of the machine that they are made on. `scripts/docs/figures.mjs` runs it.

/** A minute before this the take began; all takes in the list are older. */
const moment = new Date('2026-11-24T09:03:20.000Z');
const takeSeconds = 200;

const outputFolder = '/home/studio/takes';
const takeName = 'standup-20261124-090000';

interface Figure {
  readonly name: string;
  readonly arrange: (page: Page) => Promise<void>;
}

const figures: readonly Figure[] = [
  {
    name: 'recording',
    arrange: async (page) => {
      await startRecording(page);
      await page.locator('.events').waitFor();
    },
  },
  {
    name: 'takes',
    arrange: async (page) => {
      // Numbers of a room that is joined: how much space is free is one of them.
      await page.evaluate(() =>
        window.fake.playHistory({ seconds: 280, weather: 'calm', takeSeconds: null }),
      );
      await page.evaluate((entries) => window.fake.setTakes([...entries]), takes());
      await page.keyboard.press('2');
      await page.locator('.files').waitFor();
      await page.locator('.take-memory .plotted--rss').waitFor();
    },
  },
  {
    name: 'lab',
    arrange: async (page) => {
      await startRecording(page);
      await page.keyboard.press('3');
      await page.locator('.buffers').waitFor();
    },
  },
];

/**
 * Takes every picture of the window.
 *
 * @param folder where the PNGs go; those of the same name are replaced
 * @param browserPath a Chromium
 */
export async function drawWindowFigures(folder: string, browserPath: string): Promise<void> {
  await buildWindow();
  const browser = await chromium.launch(launchOptions(browserPath));
  const stage = await openWindowStage(browser);
  try {
    for (const { name, arrange } of figures) {
      for (const theme of ['dark', 'light'] as const) {
        const page = await stage.open({ theme, moment, prefersReducedMotion: true });
        await enterRoom(page, theme);
        await arrange(page);
        await page.screenshot({ path: path.join(folder, `${name}-${theme}.png`) });
        await page.context().close();
      }
    }
    const page = await stage.open({ theme: 'dark', moment, prefersReducedMotion: true });
    await page.evaluate((state) => window.fake.change(state), {
      settings: settings({
        url: 'wss://my-project.livekit.cloud',
        room: 'standup',
        apiKey: 'APIxyz',
        outputFolder,
      }),
      remembered: { hasToken: false, hasApiSecret: true },
      earlierConnections: { count: 68, bytes: 30_872_000 },
    });
    await page.getByRole('button', { name: 'Restart Plateau' }).waitFor();
    await page.screenshot({ path: path.join(folder, 'restart-advice.png') });
  } finally {
    await stage.close();
    await browser.close();
  }
}

async function enterRoom(page: Page, theme: 'dark' | 'light'): Promise<void> {
  await page.evaluate((state) => window.fake.change(state), {
    recorder: 'ready' as const,
    connection: 'connected' as const,
    source: room,
    settings: settings({ outputFolder, theme }),
    participants: participants(),
  });
}

async function startRecording(page: Page): Promise<void> {
  await page.evaluate((state) => window.fake.change(state), {
    recorder: 'recording' as const,
    take: {
      name: takeName,
      startedAt: new Date(moment.getTime() - takeSeconds * 1000).toISOString(),
      markers: [],
    },
  });
  await page.evaluate(
    (seconds) => window.fake.playHistory({ seconds: 280, weather: 'calm', takeSeconds: seconds }),
    takeSeconds,
  );
  await page.locator('.memory__chart .recharts-surface').waitFor();
  await page.locator('.rec').first().waitFor();
}

function participants(): ConsoleParticipant[] {
  const participant = (identity: string, name: string, hasScreen: boolean): ConsoleParticipant => ({
    identity,
    name,
    isPresent: true,
    isArmed: true,
    tracks: (['camera', 'microphone', ...(hasScreen ? (['screenShare'] as const) : [])] as const).map(
      (role) => ({
        role,
        kind: role === 'microphone' ? 'audio' : 'video',
        isMuted: false,
        isSubscribed: true,
        isEncrypted: false,
        declaredSize: role === 'microphone' ? null : { width: 1280, height: 720 },
      }),
    ),
  });
  return [
    participant('ada', 'Ada Lovelace', true),
    participant('ben', 'Ben', false),
    participant('eve', 'Eve', false),
  ];
}

/** What is known of its memory, as the window's scenes have it. */
function remembered(): Pick<TakeEntry, 'memory'> {
  const [first] = fakeTakes();
  return first?.memory ? { memory: first.memory } : {};
}

function takes(): TakeEntry[] {
  const names: Readonly<Record<string, string>> = { ada: 'Ada Lovelace', ben: 'Ben', eve: 'Eve' };
  return [
    { name: 'standup', daysAgo: 1, minutes: 31, identities: ['ada', 'ben', 'eve'] },
    { name: 'interview', daysAgo: 4, minutes: 48, identities: ['ada', 'eve'] },
    { name: 'standup', daysAgo: 5, minutes: 27, identities: ['ada', 'ben', 'eve'] },
  ].map(({ name, daysAgo, minutes, identities }, index) => {
    const startedAt = new Date(moment.getTime() - daysAgo * 86_400_000).toISOString();
    const folder = `${name}-${startedAt.slice(0, 10).replaceAll('-', '')}-090320`;
    const bytesPerFile = minutes * 14_200_000;
    return {
      takeName: folder,
      room: name,
      startedAt,
      durationMs: minutes * 60_000,
      sizeBytes: identities.length * bytesPerFile,
      condition: 'verified',
      isComplete: name !== 'interview',
      content:
        name === 'interview'
          ? { grade: 'smallLosses', worstShare: 0.004, gaps: 0 }
          : { grade: 'complete', worstShare: 0, gaps: 0 },
      path: `${outputFolder}/${folder}`,
      // The one beside the list is shown with its chart.
      ...(index === 0 && remembered()),
      files: identities.map((identity) => ({
        file: `${identity}.mp4`,
        identity,
        participantName: names[identity] ?? identity,
        kind: 'participant',
        trackNumber: 1,
        hasVideo: true,
        state: 'verified',
        durationMs: minutes * 60_000,
        sizeBytes: bytesPerFile,
        problem: null,
      })),
    };
  });
}
