import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TakesLibrary } from '#engine/console/takes-library.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { runCommand, RunningCommand } from '../../fixtures/command.js';
import { PlainParticipant } from '../../fixtures/plain-participant.js';

/** So long the process that receives stands still while it joins, in milliseconds. */
const heldMs = 2_000;
const late =
  /The take began \d\.\d s after there was something to record: what was sent before is in no file\./;

let server: EmbeddedServer;
let root: string;

beforeAll(async () => {
  server = await startLivekitServer();
  root = await mkdtemp(join(tmpdir(), 'plateau-late-begin-'));
});
afterAll(async () => {
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

it.skipIf(process.platform !== 'linux')(
  'says of a copied take that began late how late it did: at once, and of the take for ever',
  async () => {
    const { apiKey, apiSecret, url } = server;
    const ada = await PlainParticipant.join({ url, apiKey, apiSecret, room: 'late' }, 'ada');
    await ada.publishTone(440);
    const recording = new RunningCommand(
      ['record', '--room', 'late', '--out', root, '--mode', 'copy', '--duration', '3s'],
      { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
    );
    const pid = await receiverOf(recording.pid ?? 0);
    process.kill(pid, 'SIGSTOP');
    setTimeout(() => process.kill(pid, 'SIGCONT'), heldMs);
    const { stdout } = await recording.ended;
    await ada.leave();
    expect(stdout).toMatch(new RegExp(`warning: ${late.source}`));

    const [name = ''] = await readdir(root);
    const folder = join(root, name);
    const { beganLateMs } = await readManifest(folder);
    expect(beganLateMs).toBeGreaterThan(heldMs / 2);
    expect((await runCommand(['verify', folder])).stdout).toMatch(late);
    expect((await runCommand(['takes', root])).stdout).toMatch(late);
    const [entry] = await new TakesLibrary(root, () => null).list();
    expect(entry).toMatchObject({ beganLateMs, warnings: [expect.stringMatching(late)] });
  },
  60_000,
);

/** The process that receives, as soon as the recorder has started it. */
async function receiverOf(recorder: number): Promise<number> {
  for (;;) {
    for (const task of await readdir(`/proc/${recorder}/task`)) {
      const children = await readFile(`/proc/${recorder}/task/${task}/children`, 'utf8').catch(() => '');
      for (const pid of children.split(' ').filter((text) => text.trim() !== '')) {
        const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
        if (command.includes('copy-process.js')) return Number(pid);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
