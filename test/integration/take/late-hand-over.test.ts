import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { decodeAudio, decodedSampleRateHz } from '#engine/lab/content/decoded-file.js';
import { Recorder } from '#engine/recorder/recorder.js';
import { PlainParticipant } from '../../fixtures/plain-participant.js';
import { openSlowServer, type SlowServer, startSlowTake } from '../../fixtures/slow-server.js';
import { untilSnapshot } from '../../fixtures/until-snapshot.js';

/** Each message of the signaling: until a track is handed over there are three at the least. */
const delayMs = 500;
const blockMs = 20;

let slow: SlowServer;

beforeAll(async () => {
  slow = await openSlowServer(delayMs);
});

afterAll(() => slow.close());

/** When the first sound of a file is heard. */
async function firstSoundMs(file: string): Promise<number> {
  const { path } = await findFfmpeg();
  let [atMs, foundMs] = [0, NaN];
  await decodeAudio(path, file, (decodedSampleRateHz * blockMs) / 1000, (samples) => {
    if (Number.isNaN(foundMs) && samples.some((sample) => Math.abs(sample) > 1_000)) foundMs = atMs;
    atMs += blockMs;
  });
  return foundMs;
}

it.each(['encode', 'copy'] as const)(
  'what the server is slow to hand over is listed as missing up to its first sound (%s)',
  async (mode) => {
    const { apiKey, apiSecret, url } = slow.server;
    const room = `late-${mode}`;
    const credentials = { apiKey, apiSecret };
    const ada = await PlainParticipant.join({ url, ...credentials, room }, 'ada');
    await ada.publishTone(440);
    const recorder = new Recorder();
    const folder = await startSlowTake(slow, recorder, room, mode);
    await untilSnapshot(recorder, ({ sinks, takeMs }) => sinks.length === 1 && (takeMs ?? 0) > 2_000);
    const bob = await PlainParticipant.join({ url, ...credentials, room }, 'bob');
    await bob.publishTone(880);
    const { takeMs: heardMs } = await untilSnapshot(recorder, ({ sinks }) => {
      const sink = sinks.find(({ identity }) => identity === 'bob');
      const packets = sink?.copy?.audio.packets.received ?? sink?.audio.rtc?.packetsReceived ?? 0;
      return packets > 50;
    });
    await untilSnapshot(recorder, ({ takeMs }) => (takeMs ?? 0) > (heardMs ?? 0) + 1_500);
    const manifest = await recorder.stopTake();
    await recorder.disconnect();
    await Promise.all([ada.leave(), bob.leave()]);
    // Ada may be late as well, in the first moments of the take.
    const [late, ...others] = manifest.notRecorded.filter(({ identity }) => identity === 'bob');
    expect(others).toEqual([]);
    expect(late).toMatchObject({ identity: 'bob', role: 'microphone', code: 'trackWithheld' });
    expect(late?.message).toMatch(/^The microphone of bob was handed over late: it had been on for \d\.\d s/);
    const { sinceMs = NaN, untilMs = NaN } = late ?? {};
    expect(untilMs - sinceMs).toBeGreaterThanOrEqual(1_000);
    const file = manifest.files.find(({ identity }) => identity === 'bob')?.file ?? '';
    const soundMs = await firstSoundMs(join(folder, file));
    // A jitter buffer, or the sender's clock, stands between the two.
    expect(Math.abs(soundMs - untilMs)).toBeLessThan(500);
  },
  60_000,
);
