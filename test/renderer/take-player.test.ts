import { execFile } from 'node:child_process';
import { link, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TakeEntry } from '../../src-main/contract/takes.js';
import { findFfmpeg } from '../../src-main/ffmpeg/ffmpeg-binary.js';
import { SharedTake, timedTest } from '../fixtures/timed-test.js';
import { change, inRoom, recording } from './arrange.js';
import { artefactFolder } from './build-window.js';
import { takes } from './fake-states.js';
import { sharedBrowser } from './shared-browser.js';
import { browserPath, complaintsOf, needsBrowser, openWindowStage, type WindowStage } from './window-page.js';

const run = promisify(execFile);
const lengthMs = 16_000;
const cutMs = 8_000;
const size = 'size=320x180:rate=30';

type FileEntry = TakeEntry['files'][number];

function file(name: string, change: Partial<FileEntry> = {}): FileEntry {
  const [identity = ''] = name.split(/[-.]/);
  return {
    ...{ file: name, identity, participantName: identity, kind: 'participant', trackNumber: 1 },
    ...{ hasVideo: true, state: 'verified', durationMs: lengthMs, sizeBytes: 1, problem: null },
    ...change,
  };
}

const ada = [
  file('ada.mp4', { partNumber: 1, durationMs: cutMs }),
  file('ada-part2.mp4', { partNumber: 2, startMs: cutMs, durationMs: lengthMs - cutMs }),
];
const markers = [
  { takeMs: 3_000, label: 'Opening' },
  { takeMs: 12_000, label: 'Questions', note: 'Two of them.' },
];

/** Two files that play: how far they are apart at the most, and for how long the page drew nothing. */
interface Drift {
  readonly worstMs: number;
  readonly pauseMs: number;
}

/** A page that draws nothing for so long has no machine to play by. */
const mostPauseMs = 100;

function overloadOf(drifts: readonly Drift[]): string | null {
  const pauseMs = Math.max(...drifts.map((drift) => drift.pauseMs));
  return pauseMs > mostPauseMs
    ? `machine overloaded: the page stood still for ${Math.round(pauseMs)} ms`
    : null;
}

// Real files in a real browser: what plays together is measured on the elements' own clocks.
describe.skipIf(browserPath === undefined)(`the player of a whole take ${needsBrowser}`, () => {
  let stage: WindowStage;
  let folder: string;
  let axeSource: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'plateau-player-'));
    await makeClip('ben.mp4', lengthMs, `testsrc2=${size}`);
    await makeClip('ada.mp4', cutMs, `smptebars=${size}`);
    await makeClip('ada-part2.mp4', lengthMs - cutMs, `mandelbrot=${size}`);
    await makeClip('eve.m4a', lengthMs, null);
    axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
    stage = await openWindowStage(await sharedBrowser(), { mediaFolder: folder });
  }, 120_000);

  afterAll(async () => {
    await stage.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function makeClip(name: string, ms: number, picture: string | null): Promise<void> {
    const { path: ffmpeg } = await findFfmpeg();
    const seconds = String(ms / 1000);
    const video =
      picture === null ? [] : ['-f', 'lavfi', '-t', seconds, '-i', picture, '-c:v', 'libx264', '-qp', '14'];
    const rest = ['-preset', 'ultrafast', '-g', '60', '-pix_fmt', 'yuv420p'];
    const audio = ['-f', 'lavfi', '-t', seconds, '-i', 'sine=frequency=440:sample_rate=48000'];
    const inputs = picture === null ? audio : [...audio, ...video];
    const args = [...inputs, ...(picture === null ? [] : rest), '-c:a', 'aac', '-movflags', '+faststart'];
    await run(ffmpeg, ['-loglevel', 'error', '-y', ...args, path.join(folder, name)]);
  }

  const withTake = (
    files: FileEntry[],
    look: (page: Page) => Promise<void>,
    { theme = 'dark', complaints = [] }: { theme?: 'dark' | 'light'; complaints?: string[] } = {},
  ): Promise<void> =>
    stage.withPage({ prefersReducedMotion: true, theme }, async (page) => {
      page.setDefaultTimeout(15_000);
      const [first, ...others] = takes();
      if (first === undefined) throw new Error('there is no take');
      const take = { ...first, files, markers, durationMs: lengthMs };
      await page.evaluate((entries) => window.fake.setTakes(entries), [take, ...others]);
      await change(page, { ...inRoom });
      await page.keyboard.press('2');
      await page.locator('.files').waitFor();
      await look(page);
      expect(complaintsOf(page)).toEqual(complaints);
    });

  /** Waits until a file plays, by its own clock. */
  const plays = (page: Page, name: string, fromSeconds: number): Promise<unknown> =>
    page.waitForFunction(
      ([wanted, from]) => {
        const media = document.querySelector<HTMLVideoElement>(`video[aria-label="${wanted}"]`);
        return media !== null && !media.paused && media.currentTime > from;
      },
      [name, fromSeconds] as const,
    );

  /** Looks at two files, frame by frame, while the second one plays on. */
  const driftOf = (page: Page, names: readonly [string, string], forSeconds: number): Promise<Drift> =>
    page.evaluate(
      async ([[one, other], cut, seconds]) => {
        const find = (name: string): HTMLVideoElement => {
          const media = document.querySelector<HTMLVideoElement>(`video[aria-label="${name}"]`);
          if (media === null) throw new Error(`${name} is not loaded`);
          return media;
        };
        const startOf = (name: string): number => (name.includes('part2') ? cut / 1000 : 0);
        const [a, b] = [find(one), find(other)];
        const endAt = b.currentTime + seconds;
        const untilMs = performance.now() + 30_000;
        let [worstMs, pauseMs, lookedMs] = [0, 0, performance.now()];
        while (b.currentTime < endAt) {
          if (lookedMs > untilMs) return { worstMs: Infinity, pauseMs };
          const apart = startOf(one) + a.currentTime - (startOf(other) + b.currentTime);
          worstMs = Math.max(worstMs, Math.abs(apart) * 1000);
          await new Promise((resolve) => requestAnimationFrame(resolve));
          pauseMs = Math.max(pauseMs, performance.now() - lookedMs);
          lookedMs = performance.now();
        }
        return { worstMs, pauseMs };
      },
      [names, cutMs, forSeconds] as const,
    );

  /** Waits until all that is loaded stands within 100 ms of each other: they are started one after the other, then steered. */
  const untilTogether = (page: Page, withinMs: number): Promise<Drift> =>
    page.evaluate(async (limitMs) => {
      const beganMs = performance.now();
      let [worstMs, pauseMs, lookedMs] = [Infinity, 0, beganMs];
      while (worstMs >= 100 && lookedMs < beganMs + limitMs) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        pauseMs = Math.max(pauseMs, performance.now() - lookedMs);
        lookedMs = performance.now();
        const at = [...document.querySelectorAll('video')].map(({ currentTime }) => currentTime);
        worstMs = (Math.max(...at) - Math.min(...at)) * 1000;
      }
      return { worstMs, pauseMs };
    }, withinMs);

  const positions = (page: Page): Promise<Record<string, number>> =>
    page.evaluate(() =>
      Object.fromEntries(
        [...document.querySelectorAll('video')].map((media) => [
          media.getAttribute('aria-label') ?? '',
          Math.round(media.currentTime * 1000),
        ]),
      ),
    );

  const violations = async (page: Page): Promise<string[]> => {
    await page.evaluate(axeSource);
    const found = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${id}: ${target.join(' ')}`),
    );
  };

  const played = new SharedTake(async () => {
    const drifts: Drift[] = [];
    await withTake([...ada, file('ben.mp4')], async (page) => {
      await page.getByRole('button', { name: 'Play take' }).click();
      await plays(page, 'ben.mp4', 0.3);
      drifts.push(await driftOf(page, ['ada.mp4', 'ben.mp4'], 3));
      await page.getByRole('slider', { name: 'Position in the take' }).fill('10000');
      await plays(page, 'ada-part2.mp4', 2.3);
      drifts.push(await driftOf(page, ['ada-part2.mp4', 'ben.mp4'], 1.5));
      // Less than what is sought: it has to be steered back.
      await page.evaluate(() => {
        const ben = document.querySelector<HTMLVideoElement>('video[aria-label="ben.mp4"]');
        if (ben !== null) ben.currentTime += 0.15;
      });
      await page.waitForFunction((cut) => {
        const of = (name: string): number =>
          document.querySelector<HTMLVideoElement>(`video[aria-label="${name}"]`)?.currentTime ?? 0;
        return Math.abs(of('ada-part2.mp4') + cut / 1000 - of('ben.mp4')) < 0.03;
      }, cutMs);
      drifts.push(await driftOf(page, ['ada-part2.mp4', 'ben.mp4'], 0.5));
    });
    return { drifts, overload: overloadOf(drifts) };
  });

  timedTest(
    'plays two files within 40 ms of each other, from the start and after a seek',
    played,
    ({ drifts }) => {
      expect(drifts).toHaveLength(3);
      for (const { worstMs } of drifts) expect(worstMs).toBeLessThan(40);
    },
  );

  const many = Array.from({ length: 9 }, (_, at) => `guest${at}.mp4`);
  const playedTogether = new SharedTake(async () => {
    // Larger than what a browser reads ahead, so that each of them needs a connection while it plays.
    await makeClip('noise.mp4', 45_000, 'nullsrc=size=320x180:rate=10,geq=random(1)*255:128:128');
    for (const name of many) {
      await rm(path.join(folder, name), { force: true });
      await link(path.join(folder, 'noise.mp4'), path.join(folder, name));
    }
    const found = { files: 0, drift: { worstMs: Infinity, pauseMs: 0 } };
    await withTake(
      many.map((name) => file(name, { durationMs: 45_000 })),
      async (page) => {
        // A busy machine decodes nine files slowly.
        page.setDefaultTimeout(60_000);
        await page.keyboard.press('p');
        for (const name of many) await plays(page, name, 1);
        found.files = Object.keys(await positions(page)).length;
        found.drift = await untilTogether(page, 10_000);
      },
    );
    return { ...found, overload: overloadOf([found.drift]) };
  });

  timedTest(
    'plays more long files at once than a browser has connections to a host',
    playedTogether,
    (take) => {
      expect(take.files).toBe(many.length);
      expect(take.drift.worstMs).toBeLessThan(100);
    },
  );

  const crossed = new SharedTake(async () => {
    const drifts: Drift[] = [];
    await withTake([...ada, file('ben.mp4')], async (page) => {
      await page.keyboard.press('p');
      await page.getByRole('slider', { name: 'Position in the take' }).fill('6500');
      await plays(page, 'ben.mp4', 6.6);
      const waits = await page.evaluate(() => {
        const state = document.querySelector('.playback__state');
        const seen: string[] = [];
        if (state !== null)
          new MutationObserver(() => seen.push(state.textContent)).observe(state, {
            ...{ childList: true, characterData: true, subtree: true },
          });
        return Object.assign(window, { seen }).seen.length;
      });
      expect(waits).toBe(0);
      await plays(page, 'ada-part2.mp4', 0.3);
      drifts.push(await driftOf(page, ['ada-part2.mp4', 'ben.mp4'], 2));
      expect(await page.locator('video[aria-label="ada.mp4"]').count()).toBe(0);
      expect(await page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual([]);
    });
    return { drifts, overload: overloadOf(drifts) };
  });

  timedTest(
    'goes from one part to the next without a halt, in time with the others',
    crossed,
    ({ drifts }) => {
      expect(drifts[0]?.worstMs).toBeLessThan(40);
    },
  );

  it('is used by keys: play, back, forward, marker to marker, and a marker at the position', () =>
    withTake([...ada, file('ben.mp4')], async (page) => {
      await page.keyboard.press('p');
      await plays(page, 'ben.mp4', 0.1);
      await page.keyboard.press('k');
      await page.waitForFunction(() => [...document.querySelectorAll('video')].every(({ paused }) => paused));
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Shift+ArrowRight');
      await expect.poll(() => positions(page)).toEqual({ 'ada-part2.mp4': 4000, 'ben.mp4': 12000 });
      await page.keyboard.press('j');
      await expect.poll(async () => (await positions(page))['ben.mp4']).toBe(7000);
      await page.keyboard.press('ArrowRight');
      await expect.poll(async () => (await positions(page))['ben.mp4']).toBe(12000);
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('m');
      await page.getByText('Marker 3 added at 00:00:07').waitFor();
      const calls = await page.evaluate(() =>
        window.fake.calls.filter(({ name }) => name === 'changeMarker'),
      );
      expect(calls).toMatchObject([{ input: { before: null, after: { takeMs: 7000, label: 'Marker 3' } } }]);
      // The take list is left alone by the keys that it has without a player.
      expect(await page.locator('.take[aria-current]').count()).toBe(1);
      await page.locator('.panel__title', { hasText: 'standup' }).click();
      await page.keyboard.press(' ');
      await plays(page, 'ben.mp4', 7.1);
    }));

  it('leaves M to the take that is being recorded', () =>
    withTake([...ada, file('ben.mp4')], async (page) => {
      await page.keyboard.press('p');
      await plays(page, 'ben.mp4', 0.1);
      await change(page, { ...recording });
      await page.keyboard.press('m');
      await expect
        .poll(() => page.evaluate(() => window.fake.calls.map(({ name }) => name)))
        .toContain('addMarker');
      expect(await page.evaluate(() => window.fake.calls.map(({ name }) => name))).not.toContain(
        'changeMarker',
      );
    }));

  it('mutes, solos and fades one track, and no other', () =>
    withTake([...ada, file('ben.mp4'), file('eve.m4a', { hasVideo: false })], async (page) => {
      const heard = (): Promise<Record<string, number>> =>
        page.evaluate(() =>
          Object.fromEntries(
            [...document.querySelectorAll('video')].map((media) => [
              media.getAttribute('aria-label') ?? '',
              media.muted ? 0 : Math.round(media.volume * 100),
            ]),
          ),
        );
      await page.keyboard.press('p');
      await plays(page, 'eve.m4a', 0.1);
      await page.getByRole('button', { name: 'Mute ben' }).click();
      expect(await heard()).toMatchObject({ 'ada.mp4': 100, 'ben.mp4': 0, 'eve.m4a': 100 });
      await page.getByRole('button', { name: 'Solo eve' }).click();
      expect(await heard()).toMatchObject({ 'ada.mp4': 0, 'ben.mp4': 0, 'eve.m4a': 100 });
      await page.getByRole('slider', { name: 'Volume of eve' }).fill('-20');
      expect(await heard()).toMatchObject({ 'ada.mp4': 0, 'eve.m4a': 10 });
      await page.getByRole('slider', { name: 'Volume of eve' }).press('ArrowRight');
      // The fader has the focus: arrows are its own, and the player goes on.
      expect(await page.getByRole('slider', { name: 'Volume of eve' }).inputValue()).toBe('-19');
      expect((await positions(page))['eve.m4a']).toBeLessThan(5_000);
    }));

  it('names a file that cannot be played in its tile, and plays the others', () =>
    withTake(
      [file('ben.mp4'), file('max.mkv'), file('eve.m4a', { hasVideo: false })],
      async (page) => {
        await page.keyboard.press('p');
        await page.getByRole('figure', { name: 'max' }).getByText('cannot play max.mkv').waitFor();
        await plays(page, 'ben.mp4', 0.5);
        await plays(page, 'eve.m4a', 0.5);
      },
      { complaints: ['not found: /media/standup-20261124-090000/max.mkv'] },
    ));

  it('renames a marker, deletes it, and takes that back', () =>
    withTake([file('ben.mp4')], async (page) => {
      await page.getByRole('button', { name: 'Edit Opening' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('Welcome');
      await page.getByRole('textbox', { name: 'Note' }).fill('From here on.');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByRole('cell', { name: 'From here on.' }).waitFor();
      await page.getByRole('button', { name: 'Delete Welcome' }).click();
      await page.getByRole('region', { name: '1 marker' }).waitFor();
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByRole('cell', { name: 'Welcome', exact: true }).waitFor();
      await page.getByRole('cell', { name: 'From here on.' }).waitFor();
    }));

  it('exports markers as a table and as chapters', () =>
    withTake([file('ben.mp4')], async (page) => {
      const download = async (button: string): Promise<readonly [string, string]> => {
        const [saved] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: button }).click(),
        ]);
        const file = path.join(folder, saved.suggestedFilename());
        await saved.saveAs(file);
        return [saved.suggestedFilename(), await readFile(file, 'utf8')];
      };
      expect(await download('CSV')).toEqual([
        'standup-20261124-090000-markers.csv',
        'time,seconds,name,note\n00:00:03.000,3.000,Opening,\n00:00:12.000,12.000,Questions,Two of them.\n',
      ]);
      expect(await download('YouTube chapters')).toEqual([
        'standup-20261124-090000-markers.txt',
        '00:00:00 Start\n00:00:03 Opening\n00:00:12 Questions\n',
      ]);
    }));

  it.each(['dark', 'light'] as const)('can be used by everybody, %s', (theme) =>
    withTake(
      [...ada, file('ben.mp4'), file('eve.m4a', { hasVideo: false })],
      async (page) => {
        await page.keyboard.press('p');
        await plays(page, 'ben.mp4', 0.5);
        await page.keyboard.press('k');
        await page.getByRole('button', { name: 'Mute ben' }).click();
        await page.getByRole('button', { name: 'Solo eve' }).click();
        for (const [width, height] of [
          [900, 600],
          [1280, 800],
          [1920, 1080],
        ] as const) {
          await page.setViewportSize({ width, height });
          await page.screenshot({
            path: path.join(artefactFolder, `player-${theme}-${width}x${height}.png`),
          });
        }
        expect(await violations(page)).toEqual([]);
      },
      { theme },
    ),
  );
});
