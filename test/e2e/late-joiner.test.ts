import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveMedia } from '#engine/console-host/served-files.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { assemble } from '#engine/finalize/assemble.js';
import { canvas, profileFor, writeSegment } from '../integration/finalize/finalize-fixture.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '';

/** Part of a file that was heard, by the second of the file in which it was. */
type Heard = Readonly<Record<string, number>>;

describe.skipIf(executablePath === '')('a finished file in a browser (needs Chromium: CHROMIUM_PATH)', () => {
  let folder: string;
  let server: Server;
  let browser: Browser;
  let ffmpegPath: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plateau-late-'));
    ffmpegPath = (await findFfmpeg()).path;
    server = createServer((request, response) => {
      const file = basename(request.url ?? '');
      if (file.endsWith('.mp4')) void serveMedia(request, response, join(folder, file));
      else response.setHeader('Content-Type', 'text/html').end('<video></video>');
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const args = [...sandbox, '--autoplay-policy=no-user-gesture-required'];
    browser = await chromium.launch({ executablePath, args });
  });

  afterAll(async () => {
    await browser.close();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Plays a file from its 0 to its end. @returns how loud it was at the most, for each second of the file */
  async function play(file: string): Promise<Heard> {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const heard = await page.evaluate(async (source) => {
      const video = document.querySelector('video') ?? new HTMLVideoElement();
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      video.src = source;
      context.createMediaElementSource(video).connect(analyser);
      await context.resume();
      const samples = new Float32Array(analyser.fftSize);
      const loudest: Record<string, number> = {};
      const look = (): void => {
        analyser.getFloatTimeDomainData(samples);
        const second = String(Math.floor(video.currentTime));
        loudest[second] = samples.reduce(
          (most, sample) => Math.max(most, Math.abs(sample)),
          loudest[second] ?? 0,
        );
      };
      const timer = setInterval(look, 20);
      const ended = new Promise((resolve) => {
        video.addEventListener('ended', resolve);
      });
      await video.play();
      await ended;
      clearInterval(timer);
      return loudest;
    }, `/${file}`);
    await page.close();
    return heard;
  }

  /** Seconds of the file in which something was heard. */
  function secondsOf(heard: Heard): number[] {
    return Object.entries(heard).flatMap(([second, most]) => (most > 0.05 ? [Number(second)] : []));
  }

  it.each([
    // Half a second from whole ones: what is heard and the time that the page gives of it are some tenths apart.
    ['of somebody who joined late', [2_500], [2, 3, 4, 5, 6]],
    ['of an encoder that was started anew', [1_500, 7_500], [1, 2, 3, 4, 5, 7, 8, 9, 10, 11]],
  ] as const)('%s is heard from its beginning to its end', async (name, starts, heardIn) => {
    const durationMs = 4_000;
    const segments = await Promise.all(
      starts.map(async (startMs, index) => {
        const file = `ada-${name.length}${index === 0 ? '' : '.part2'}.mp4`;
        await writeSegment(join(folder, file), { container: 'mp4', durationMs });
        return { file, startMs, endMs: startMs + durationMs };
      }),
    );
    const targetFile = segments[0]?.file ?? '';
    const { ino } = await stat(join(folder, targetFile));
    const request = { folder, targetFile, segments, profile: profileFor('mp4'), canvas, ffmpegPath };
    expect(await assemble(request)).toMatchObject({ state: 'verified', remarks: [] });
    expect((await stat(join(folder, targetFile))).ino).toBe(ino);
    const seconds = secondsOf(await play(targetFile));
    // A second in which it only begins or ends may have its beep or not.
    expect(seconds.filter((second) => !heardIn.some((expected) => expected === second))).toEqual([]);
    expect(seconds.length).toBeGreaterThanOrEqual(heardIn.length - starts.length);
  });
});
