import { afterAll, beforeAll, expect, it } from 'vitest';
import { contentOfManifest } from '#engine/contract/losses.js';
import { Recorder } from '#engine/recorder/recorder.js';
import { PlainParticipant } from '../../fixtures/plain-participant.js';
import { openSlowServer, type SlowServer, startSlowTake } from '../../fixtures/slow-server.js';
import { untilSnapshot } from '../../fixtures/until-snapshot.js';

/** Each message of the signaling: before a track is handed over it has ended. */
const delayMs = 500;
const onMs = 700;

let slow: SlowServer;

beforeAll(async () => {
  slow = await openSlowServer(delayMs);
});

afterAll(() => slow.close());

it.each(['encode', 'copy'] as const)(
  'a camera and a microphone that end before anything of them comes are named (%s)',
  async (mode) => {
    const { apiKey, apiSecret, url } = slow.server;
    const room = `short-${mode}`;
    const credentials = { apiKey, apiSecret };
    const ada = await PlainParticipant.join({ url, ...credentials, room }, 'ada');
    const bob = await PlainParticipant.join({ url, ...credentials, room }, 'bob');
    await ada.publishTone(440);
    const recorder = new Recorder();
    await startSlowTake(slow, recorder, room, mode);
    const passed = async (ms: number): Promise<void> => {
      const { takeMs: fromMs } = await untilSnapshot(recorder, ({ takeMs }) => takeMs !== null);
      await untilSnapshot(recorder, ({ takeMs }) => (takeMs ?? 0) > (fromMs ?? 0) + ms);
    };
    await untilSnapshot(recorder, ({ sinks, takeMs }) => sinks.length === 1 && (takeMs ?? 0) > 2_000);
    const short = [
      await bob.publishTone(880),
      await bob.publishVideo({ width: 320, height: 180, fps: 15, color: [120, 128, 128] }),
    ];
    await passed(onMs);
    for (const track of short) await track.unpublish();
    await passed(4 * delayMs);
    const manifest = await recorder.stopTake();
    await recorder.disconnect();
    await Promise.all([ada.leave(), bob.leave()]);
    const lost = manifest.notRecorded.filter(({ identity }) => identity === 'bob');
    expect(lost.map(({ role }) => role).sort()).toEqual(['camera', 'microphone']);
    for (const { message, sinceMs, untilMs = NaN } of lost) {
      expect(message).toMatch(
        /^The (camera|microphone) of bob (was on for \d\.\d s, and nothing of it came\.|is not recorded: it was published for \d\.\d s and ended before|was handed over late: it had been on for \d\.\d s)/,
      );
      expect(untilMs - sinceMs).toBeGreaterThan(onMs / 2);
    }
    expect(contentOfManifest(manifest)).toMatchObject({ grade: 'losses' });
  },
  60_000,
);
