import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { unaccountedCopies } from '#engine/contract/copy-account.js';
import { lostFrames, unaccountedFrames } from '#engine/contract/drop-causes.js';
import { lostPackets } from '#engine/contract/loss-account.js';
import { type Manifest, manifestSchema } from '#engine/contract/manifest.js';
import { analyseTakeContent } from '#engine/lab/content/take-content.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { type CommandResult, jsonLines, runCommand, RunningCommand } from '../../fixtures/command.js';
import { othersShareBetween, overloadReason, readCpu } from '../../fixtures/machine-load.js';
import { expectRecorded, recordedExitCode } from '../../fixtures/recorded-exit.js';
import { SharedTake, timedTest } from '../../fixtures/timed-test.js';

const camera = { width: 640, height: 360, fps: 30 };
/** Of the MP4 that is made of the take. */
const slotMs = 1_000 / 30;

let server: EmbeddedServer;
let room: SyntheticRoom;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-copied-'));
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  room = await startSyntheticRoom({
    ...{ url, apiKey, apiSecret, room: 'studio' },
    participants: [{ identity: 'ada', camera }],
  });
});

afterAll(async () => {
  await room.stop();
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

interface Taken {
  readonly result: CommandResult;
  /** It is the only take in there. */
  readonly out: string;
  readonly folder: string;
  readonly manifest: Manifest;
  readonly overload: string | null;
}

const shared = new SharedTake(async (): Promise<Taken> => {
  const out = await mkdtemp(join(root, 'takes-'));
  const environment = {
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  };
  const of = ['--room', 'studio', '--out', out, '--mode', 'copy'];
  const before = await readCpu();
  const result = await new RunningCommand(['record', ...of, '--duration', '4s', '--json'], environment).ended;
  const othersShare = othersShareBetween(before, await readCpu());
  // The clip's publisher keeps no log of it.
  const publishers = { slots: 1, lateSlots: 0, droppedSlots: 0, maxLateMs: 0 };
  const overload = overloadReason({ publishers, othersShare, loopLateMs: 0 });
  return { result, out, ...(await takeIn(out)), overload };
});

async function takeIn(out: string): Promise<{ folder: string; manifest: Manifest }> {
  const [name = ''] = await readdir(out);
  const folder = join(out, name);
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
  return { folder, manifest };
}

timedTest(
  'records what was sent by the command, and says of it what is in the file',
  shared,
  async (taken) => {
    const { folder, manifest, out, result } = taken;
    const lines = jsonLines(result.stdout);
    // What the network loses on a busy machine has to be said, and nothing else may be wrong.
    expectRecorded(result, manifest);
    expect(lines.at(-1)).toMatchObject({ type: 'result', takeFolder: folder, exitCode: result.code });
    expect(result.stdout + result.stderr).not.toContain(server.apiSecret);

    const [file, ...others] = manifest.files;
    expect(others).toEqual([]);
    if (file?.copy === undefined) throw new Error('It is no copied take.');
    expect(manifest).toMatchObject({ mode: 'copy', state: 'complete' });
    expect(file).toMatchObject({ file: 'ada.mkv', state: 'verified', videoCodec: 'vp8', audioCodec: 'opus' });
    expect(file.stamps?.intact.isEarned).toBe(true);
    expect(file.stamps?.complete.isEarned).toBe(lostPackets(file.copy) === 0);

    // Every packet and every frame is accounted for, and the file has what was written and filled, one by one.
    const { audio, video } = file.copy;
    expect(unaccountedCopies(video) + unaccountedCopies(audio)).toBe(0);
    expect(unaccountedFrames(file.video) + unaccountedFrames(file.audio)).toBe(0);
    expect(file.video.received).toBe(video.frames.begun);
    expect(video.packets.expected).toBeGreaterThanOrEqual(video.frames.begun);
    expect(file.segments[0]?.packets).toMatchObject({
      video: { packets: video.frames.written + video.frames.filled },
      audio: { packets: audio.frames.written + audio.frames.filled },
    });

    // What it shows: every number of the clip once, and flash with beep.
    const content = await analyseTakeContent(join(folder, file.file), { frames: [camera] });
    const shown = content.frames.filter(({ counter }) => counter !== null).length;
    expect(shown).toBe(video.frames.written);
    expect(shown).toBeGreaterThan(45);
    expect(content.counters).toMatchObject({ duplicated: [], backwards: [] });
    expect(content.counters.missing.length).toBeLessThanOrEqual(
      file.missedFrames + lostFrames(file.video.dropped),
    );
    expect(content.pairs.length).toBeGreaterThanOrEqual(1);
    expect(Math.abs(content.offset?.medianMs ?? Infinity)).toBeLessThan(40);
    // As long as it is said to be, and as its take: nothing that was sent behind its end is in it.
    expect(Math.abs(content.durationMs - (file.durationMs ?? 0))).toBeLessThan(50);
    expect(Math.abs(content.durationMs - (manifest.durationMs ?? 0))).toBeLessThan(150);

    // And what is told of it afterwards.
    const verified = await runCommand(['verify', folder]);
    expect(verified.stdout).toContain('every file is intact, ');
    expect(verified.code).toBe(recordedExitCode(manifest));
    expect((await runCommand(['report', folder])).code).toBe(0);
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('copy: source resolution');
    expect((await runCommand(['takes', out])).stdout).toMatch(/studio-.* intact|studio-/);

    // MP4 made of it shows each number when the original does, within a frame, and sounds with it.
    expect((await runCommand(['deliver', folder])).code).toBe(0);
    const made = await analyseTakeContent(join(folder, 'ada.mp4'), { frames: [camera] });
    expect(made.frames).toHaveLength(Math.round((made.frames.at(-1)?.ptsMs ?? 0) / slotMs) + 1);
    const shownAtMs = new Map<number, number>();
    for (const { counter, ptsMs } of made.frames) {
      if (counter !== null && !shownAtMs.has(counter)) shownAtMs.set(counter, ptsMs);
    }
    const offByMs = content.frames.flatMap(({ counter, ptsMs }) => {
      const atMs = counter === null ? undefined : shownAtMs.get(counter);
      return atMs === undefined ? [] : [Math.abs(atMs - ptsMs)];
    });
    expect(Math.max(...offByMs)).toBeLessThanOrEqual(0.76 * slotMs + 1);
    // Two that came for one slot are one too many.
    expect(offByMs.length).toBeGreaterThanOrEqual(shown * 0.95);
    // Behind silence less than 2.5 ms are free before the first packet: MP4 has them, who decodes the original passes over them.
    expect(made.beepOnsetsMs).toHaveLength(content.beepOnsetsMs.length);
    for (const [index, ms] of made.beepOnsetsMs.entries())
      expect(Math.abs(ms - (content.beepOnsetsMs[index] ?? 0))).toBeLessThanOrEqual(8);
  },
);
