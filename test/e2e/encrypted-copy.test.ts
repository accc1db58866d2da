import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { unaccountedCopies } from '#engine/contract/copy-account.js';
import { unaccountedFrames } from '#engine/contract/drop-causes.js';
import type { ManifestFile } from '#engine/contract/manifest.js';
import { readMediaKeys } from '#engine/contract/media-keys.js';
import { between, colorsOf, toneShares } from '../fixtures/plain-content.js';
import { type FinishedTake, RecordingHarness } from '../fixtures/recording-harness.js';
import { SharedTake, timedTest } from '../fixtures/timed-test.js';
import { type BrowserMedia, BrowserParticipants } from './browser-participant.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '';
const scripts = process.env['PLATEAU_TEST_LIVEKIT_CLIENT'] ?? '';

const passphrase = 'correct horse battery staple';
const red = 'rgb(255, 0, 0)';
/** What is not decrypted is in no file; a busy browser stops short now and then. */
const most = 0.5;
/** When eve's key is corrected and vera ratchets hers, and the end. */
const changedS = 6;
const endS = 13;
const people: readonly BrowserMedia[] = [
  { identity: 'vera', hz: 440, color: red, codec: 'vp8', passphrase },
  { identity: 'hans', hz: 660, color: red, codec: 'h264', passphrase },
  { identity: 'nina', hz: 550, color: red, codec: 'vp9', passphrase },
  { identity: 'ben', hz: 770, color: red, codec: 'vp8' },
  { identity: 'eve', hz: 880, color: red, codec: 'vp8', passphrase: 'another one' },
];

const isRed = ([, , v]: readonly number[]): boolean => (v ?? 0) > 200;
/** Before a camera of H.264 it is as dark gray as this decoder makes it. */
const isBlack = ([y, u, v]: readonly number[]): boolean =>
  (y ?? 255) < 40 && [u, v].every((chroma) => Math.abs((chroma ?? 0) - 128) < 12);

describe.skipIf(executablePath === '' || scripts === '')(
  'browsers with end-to-end encryption, and one without, in copy mode',
  () => {
    let harness: RecordingHarness;
    const browsers: BrowserParticipants[] = [];

    beforeAll(async () => {
      harness = await RecordingHarness.open();
    });

    const shared = new SharedTake(async () => {
      const browser = await BrowserParticipants.launch(executablePath, scripts);
      browsers.push(browser);
      return harness.record({
        ...{ mode: 'copy', participants: [], mediaKeys: readMediaKeys(passphrase) },
        before: async (room) => {
          for (const media of people) await browser.enter(room, media);
        },
        during: async ({ until }) => {
          await until(changedS);
          await browser.useKey('eve', passphrase);
          await browser.ratchet('vera');
          await until(endS);
        },
      });
    });

    afterAll(async () => {
      for (const browser of browsers) await browser.close();
      await harness.close();
    });

    /** Shares of what is heard and seen of somebody that is theirs, and what is seen that nobody has sent. */
    async function contentOf(
      take: FinishedTake,
      { hz, identity }: BrowserMedia,
      [fromS, toS]: readonly [number, number],
    ) {
      const tones = between(await toneShares(take.path(identity), hz), fromS, toS);
      const all = await colorsOf(take.path(identity));
      const colors = between(all, fromS, toS);
      return {
        heard: tones.filter((share) => share > 0.8).length / tones.length,
        seen: colors.filter(isRed).length / colors.length,
        wrong: all.filter((color) => !isRed(color) && !isBlack(color)).length,
      };
    }

    function sumsOf({ audio, copy, video }: ManifestFile): number {
      if (copy === undefined) return NaN;
      const copies = unaccountedCopies(copy.video) + unaccountedCopies(copy.audio);
      return copies + Math.abs(unaccountedFrames(video)) + Math.abs(unaccountedFrames(audio));
    }

    for (const who of people.slice(0, 4)) {
      timedTest(
        `${who.identity} is recorded as ${who.codec}: every frame is what was sent`,
        shared,
        async (take) => {
          const file = take.file(who.identity);
          const { heard, seen, wrong } = await contentOf(take, who, [3, changedS - 0.5]);
          expect({ heard: heard > most, seen: seen > most, wrong, codec: file.videoCodec }).toEqual({
            ...{ heard: true, seen: true, wrong: 0, codec: who.codec },
          });
          expect(sumsOf(file)).toBe(0);
          expect(file.segments.length).toBe(1);
        },
      );
    }

    timedTest('a key that is ratcheted is followed at once', shared, async (take) => {
      const [vera] = people;
      const { heard, seen, wrong } = await contentOf(take, vera as BrowserMedia, [changedS + 1, endS - 1]);
      expect({ heard: heard > most, seen: seen > most, wrong }).toEqual({
        heard: true,
        seen: true,
        wrong: 0,
      });
      const { audio, video } = take.file('vera');
      // The next key is there before it is needed.
      expect([audio.dropped.notDecrypted, video.dropped.notDecrypted]).toEqual([0, 0]);
    });

    timedTest(
      'one whose key does not fit is named within five seconds, and recorded from its correction on',
      shared,
      async (take) => {
        const eve = people[4] as BrowserMedia;
        const gaps = take.manifest.signalGaps ?? [];
        expect(gaps.map(({ identity, kind, role }) => `${identity} ${role} ${kind}`).sort()).toEqual([
          'eve camera notDecrypted',
          'eve microphone notDecrypted',
        ]);
        const told = take.events.filter(({ name }) => name === 'signalMissing');
        for (const { at } of told) expect(Date.parse(at) - take.startedAtMs).toBeLessThan(5_000);
        for (const { toMs } of gaps) expect(toMs ?? Infinity).toBeLessThan((changedS + 4) * 1_000);
        const before = await contentOf(take, eve, [1, changedS - 0.5]);
        const after = await contentOf(take, eve, [changedS + 4, endS - 1]);
        expect(before).toEqual({ heard: 0, seen: 0, wrong: 0 });
        expect({ heard: after.heard > most, seen: after.seen > most }).toEqual({ heard: true, seen: true });
        const { audio, video } = take.file('eve');
        expect(Math.min(audio.dropped.notDecrypted, video.dropped.notDecrypted)).toBeGreaterThan(30);
        expect(sumsOf(take.file('eve'))).toBe(0);
      },
    );

    timedTest('a key is in nothing that is written', shared, async (take) => {
      const written = await Promise.all(
        ['manifest.json', 'telemetry.ndjson'].map((name) => readFile(join(take.folder, name), 'utf8')),
      );
      for (const secret of [passphrase, Buffer.from(passphrase).toString('base64')])
        expect(written.join('\n')).not.toContain(secret);
    });
  },
);
