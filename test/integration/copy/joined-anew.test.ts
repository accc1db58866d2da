import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { reachedSecond, RunningCommand } from '../../fixtures/command.js';
import { readingMs, sharesOfTones } from '../../fixtures/plain-content.js';
import { PlainParticipant } from '../../fixtures/plain-participant.js';

let root: string;
let server: EmbeddedServer;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-anew-'));
  server = await startLivekitServer();
});

afterAll(async () => {
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

/** In tenths of a second. */
const heardIn = (shares: readonly number[] = []): number => shares.filter((share) => share > 0.8).length;

// As a client does that lost its connection, or was killed and started again: nobody tells that the session before has ended.
it.each(['copy', 'encode'] as const)(
  'goes on in the same file with who joins anew with the same identity (%s)',
  async (mode) => {
    const { apiKey, apiSecret, url } = server;
    const room = { url, apiKey, apiSecret, room: mode };
    const out = join(root, mode);
    const sessions = [await PlainParticipant.join(room, 'ada')];
    await sessions[0]?.publishTone(440);
    const args = ['record', '--room', mode, '--out', out, '--mode', mode, '--duration', '10s', '--json'];
    const recording = new RunningCommand(args, {
      ...{ LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
    });
    await recording.says(reachedSecond(3));
    const again = await PlainParticipant.join(room, 'ada');
    await again.publishTone(880);
    const { code, stdout } = await recording.ended;
    for (const session of [...sessions, again]) await session.leave();
    const [name = ''] = await readdir(out);
    const { files, notRecorded } = await readManifest(join(out, name));
    expect(files.map(({ file }) => file)).toEqual([mode === 'copy' ? 'ada.mkv' : 'ada.m4a']);
    expect(notRecorded).toEqual([]);
    const [before, behind] = await sharesOfTones(join(out, name, files[0]?.file ?? ''), [440, 880]);
    expect(heardIn(before)).toBeGreaterThan(1_500 / readingMs);
    expect(heardIn(behind)).toBeGreaterThan(4_000 / readingMs);
    // A busy machine may lose some of it, which is another thing.
    expect([0, 8], stdout).toContain(code);
  },
  60_000,
);
