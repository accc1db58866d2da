import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMediaKeys } from '#engine/contract/media-keys.js';
import { profiles } from '#engine/contract/profile.js';
import { between, colorsOf, toneShares } from '../fixtures/plain-content.js';
import { type FinishedTake, RecordingHarness } from '../fixtures/recording-harness.js';
import { type BrowserMedia, BrowserParticipants } from './browser-participant.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '';
const scripts = process.env['PLATEAU_TEST_LIVEKIT_CLIENT'] ?? '';

const passphrase = 'correct horse battery staple';
const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64');
const red = 'rgb(255, 0, 0)';
/** What is not decrypted is noise or silence, and none of it; a busy browser stops short now and then. */
const most = 0.5;
const isRed = ([, , v]: readonly number[]): boolean => (v ?? 0) > 200;
const isBlack = ([y, u, v]: readonly number[]): boolean =>
  (y ?? 255) < 20 && [u, v].every((chroma) => Math.abs((chroma ?? 0) - 128) < 12);

describe.skipIf(executablePath === '' || scripts === '')(
  'a participant in a browser with end-to-end encryption',
  () => {
    let harness: RecordingHarness;
    let browser: BrowserParticipants;

    beforeAll(async () => {
      harness = await RecordingHarness.open();
      browser = await BrowserParticipants.launch(executablePath, scripts);
    });

    afterAll(async () => {
      await browser.close();
      await harness.close();
    });

    function record(given: string, seconds: number, people: readonly BrowserMedia[]): Promise<FinishedTake> {
      return harness.record({
        mediaKeys: readMediaKeys(given),
        profile: { ...profiles.source, canvas: { width: 320, height: 180 }, maxFps: null },
        participants: [],
        before: async (room) => {
          for (const media of people) await browser.enter(room, media);
        },
        during: ({ until }) => until(seconds),
      });
    }

    async function heardFrom(take: FinishedTake, identity: string, hz: number, toS: number): Promise<number> {
      const readings = between(await toneShares(take.path(identity), hz), 1.5, toS).map(
        (share) => share > 0.8,
      );
      return readings.filter(Boolean).length / readings.length;
    }

    it('is recorded with its passphrase, whatever its codec', async () => {
      const take = await record(passphrase, 5, [
        { identity: 'vera', hz: 440, color: red, codec: 'vp8', passphrase },
        { identity: 'hans', hz: 660, color: red, codec: 'h264', passphrase },
        { identity: 'mallory', hz: 880, passphrase: 'another one' },
      ]);
      // All of it at once: a voice that is missing says little without the gaps and the accounts.
      const seen = await Promise.all(
        [
          ['vera', 440],
          ['hans', 660],
        ].map(async ([identity, hz]) => {
          const { canvas, video, audio } = take.file(String(identity));
          const all = canvas === null ? [] : await colorsOf(take.path(String(identity)));
          const colors = between(all, 2.5, 4.5);
          return {
            identity,
            isHeard: await heardFrom(take, String(identity), Number(hz), 4.5),
            isSeen: colors.filter(isRed).length / colors.length,
            // A frame that was decoded as it came is neither.
            wrong: all.filter((color) => !isRed(color) && !isBlack(color)),
            ...{ video, audio },
          };
        }),
      );
      const gaps = take.manifest.signalGaps ?? [];
      const lost = seen.filter(
        ({ isHeard, isSeen, wrong }) => !(isHeard > most && isSeen > most && wrong.length === 0),
      );
      expect({ lost, gaps: gaps.filter(({ identity }) => identity !== 'mallory') }).toEqual({
        lost: [],
        gaps: [],
      });
      expect(await heardFrom(take, 'mallory', 880, 4.5)).toBe(0);
      expect(gaps.map(({ identity, kind }) => [identity, kind])).toEqual([['mallory', 'notDecrypted']]);
    });

    it('is recorded with the bytes of a key', async () => {
      const take = await record(JSON.stringify({ keys: [{ key }] }), 3.5, [
        { identity: 'karl', hz: 550, key },
      ]);
      expect(await heardFrom(take, 'karl', 550, 3)).toBeGreaterThan(most);
      expect(take.manifest.signalGaps).toEqual([]);
    });
  },
);
