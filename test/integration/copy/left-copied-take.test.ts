import { cp, mkdir, mkdtemp, open, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { copyProfile } from '#engine/contract/profile.js';
import type { LossGap } from '#engine/contract/stamps.js';
import type { TrackSink } from '#engine/copy/contract.js';
import { noWindowCounts } from '#engine/copy/rtp/packet-counts.js';
import { CopyFiles } from '#engine/copy/take/copy-files.js';
import type { CopiedTrack } from '#engine/copy/take/copy-track.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { verifyTake } from '#engine/finalize/verify-take.js';
import { recoverTake } from '#engine/recovery/recover-take.js';
import { DiskThrottle } from '#engine/sink/disk-throttle.js';
import { writeCopiedFiles } from '#engine/storage/copied-files.js';
import { DiskLanes } from '#engine/storage/disk-lanes.js';
import { readManifest, writeManifest } from '#engine/storage/manifest-file.js';
import { Take } from '#engine/take/take.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';
import { copyTrack, PacketFeed, packetize } from '../../fixtures/copy-packets.js';
import { clipFps, clipSeconds, encodeClip, encodeTone } from '../../fixtures/encoded-clips.js';

const lengthMs = clipSeconds * 1_000;

let root = '';
/** A take that has stopped in order, and what its folder was when its recorder might have been killed. */
let stopped = '';
let killed = '';
/** As its process ended it in order, when the recorder was killed that knew of no file: it had been blocked. */
let unknown = '';
let lost: readonly number[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-left-'));
  stopped = join(root, 'studio-1');
  killed = join(root, 'studio-2');
  unknown = join(root, 'studio-4');
  await mkdir(stopped);
  await recordTake();
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

function trackOf(codec: 'vp8' | 'opus', packets: () => number): CopiedTrack {
  const kind = codec === 'opus' ? 'audio' : 'video';
  return {
    info: {
      ...{ trackSid: `TR_${codec}`, identity: 'ada', participantName: 'Ada', kind, name: '' },
      ...{ role: kind === 'audio' ? 'microphone' : 'camera', isRoleDeclared: true, declaredSize: null },
      ...{ isSimulcast: false, isMuted: false, isEncrypted: false, needsKey: false },
    },
    track: {
      ...copyTrack(codec),
      get figures() {
        const received = packets();
        const missing = codec === 'vp8' ? lost.length : 0;
        return {
          packets: {
            ...{ ...noWindowCounts, expected: received + missing, received },
            lost: { ...noWindowCounts.lost, expired: missing },
          },
        };
      },
    },
  };
}

/** What a receiver would hand over of a clip and a tone, three seconds of it, into a take without a room. */
async function recordTake(): Promise<void> {
  const clip = await encodeClip(root, 'vp8');
  const tone = await encodeTone(root);
  if (clip === null) throw new Error('ffmpeg has no encoder for VP8.');
  const opened: CopyFiles[] = [];
  const sinks: TrackSink[] = [];
  const take = await Take.start({
    ...{ folder: { path: stopped, name: 'studio-1' }, room: 'studio', server: 'server.example' },
    ...{ profile: copyProfile, mode: 'copy', audioOnly: false, maxFiles: null, isArmed: () => true },
    ...{ ffmpegPath: (await findFfmpeg()).path, ffmpegVersion: '5', plateauVersion: '0', rssBytes: 0 },
    ...{ publicationsOf: () => [], participantOf: () => undefined, onWatchdogTrip: () => undefined },
    report: new EventReporter(new EventLog(50), () => null),
    onProblem: ({ error }) => {
      throw error;
    },
    ...{ diskThrottle: new DiskThrottle(), lanes: new DiskLanes() },
    openMedia: (options, events) => {
      const files = new CopyFiles(options, events, {
        endTracks: () => {
          for (const sink of sinks) sink.end();
          return Promise.resolve();
        },
      });
      opened.push(files);
      return files;
    },
  });
  const fromMs = performance.now() - take.clock.elapsedMs();
  const feeds = new Map<string, PacketFeed>();
  for (const codec of ['vp8', 'opus'] as const) {
    const track = trackOf(
      codec,
      () => (feeds.get(codec)?.sequence ?? 1_000) - 1_000 - (codec === 'vp8' ? lost.length : 0),
    );
    let adding: Promise<TrackSink | null> | null = null;
    take.begin(track.info, (nowMs) => {
      adding = opened[0]?.add(track, nowMs) ?? null;
    });
    const sink = await (adding as Promise<TrackSink | null> | null);
    if (sink === null) throw new Error('There is no file.');
    sinks.push(sink);
    feeds.set(codec, new PacketFeed(sink, codec));
  }
  let sent = 0;
  for (const [index, frame] of clip.frames.entries()) {
    const ms = (index * 1_000) / clipFps;
    const arrivedMs = fromMs + ms;
    // One packet of the second second never comes.
    if (index === Math.floor(clipFps * 1.5)) {
      lost = [index];
      feeds.get('vp8')?.lose();
    }
    feeds.get('vp8')?.picture(packetize('vp8', frame), Math.round(arrivedMs * 90), { arrivedMs });
    for (; sent * 20 <= ms && sent < tone.length; sent += 1) {
      const atMs = fromMs + sent * 20;
      feeds.get('opus')?.packet(tone[sent] ?? Buffer.alloc(0), Math.round(atMs * 48), { arrivedMs: atMs });
    }
  }
  take.clock.elapsedMs = () => lengthMs;
  await vi.waitFor(async () => {
    expect(take.files.disk.writtenBytes).toBeGreaterThan(20_000);
    expect(await readFile(join(stopped, 'manifest.json'), 'utf8')).toContain('ada.mkv');
  }, 10_000);
  await cp(stopped, killed, { recursive: true });
  const { files, ...begun } = await readManifest(stopped);
  expect(files).toHaveLength(1);
  await take.stop(() => undefined);
  await cp(stopped, unknown, { recursive: true });
  await writeManifest(unknown, { ...begun, files: [] });
  await writeCopiedFiles(unknown, { hasEnded: true, takeMs: lengthMs, files: opened[0]?.entries() ?? [] });
}

/** The lock of a recorder that is gone, and that was heard of the last time at a moment of its take. */
async function leaveLock(folder: string, beatTakeMs: number): Promise<void> {
  const lock = { schema: 'plateau.lock/1', host: 'gone', pid: 1, started: 'long ago', work: 'recording' };
  const lockName = (await readdir(folder)).find((name) => name.includes('lock')) ?? 'take.lock';
  await writeFile(
    join(folder, lockName),
    JSON.stringify({ ...lock, beatAt: new Date(0).toISOString(), beatTakeMs }),
  );
  await utimes(join(folder, lockName), 1, 1);
}

it('is verified at its stop, and says what its packets lacked', async () => {
  const { content, files, ok } = await verifyTake(stopped, 'full');
  expect({ ok, findings: files.flatMap(({ findings }) => findings) }).toEqual({ ok: true, findings: [] });
  // The rest of the second up to the next key frame.
  expect(content).toMatchObject({ grade: 'losses', gaps: 1 });
  const manifest = await readManifest(stopped);
  const [gap] = manifest.files[0]?.gaps ?? [];
  expect(gap).toMatchObject({ stream: 'video', cause: 'neverArrived' } satisfies Partial<LossGap>);
  // From the frame before the loss to the key frame of the next second.
  const before = Math.floor(clipFps * 1.5) - 1;
  // A frame's time is rounded to a whole millisecond.
  expect(Math.abs((gap?.atMs ?? 0) - (before * 1_000) / clipFps)).toBeLessThan(3);
  expect(Math.abs((gap?.atMs ?? 0) + (gap?.durationMs ?? 0) - 2_000)).toBeLessThan(3);
  expect(gap?.lostFrames).toBe(2 * clipFps - before - 1);
});

it('is not intact when a byte of it is another one', async () => {
  const changed = join(root, 'studio-3');
  await cp(stopped, changed, { recursive: true });
  const file = await open(join(changed, 'ada.mkv'), 'r+');
  const { size } = await file.stat();
  await file.write(Buffer.from([0x55, 0xaa]), 0, 2, Math.floor(size / 2));
  await file.close();
  const { files, ok } = await verifyTake(changed, 'quick');
  expect(ok).toBe(false);
  expect(files[0]?.findings.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['packetsDiffer', 'checksumMismatch']),
  );
});

it('plays after its recorder was killed, and is finished with what it has', async () => {
  await leaveLock(killed, lengthMs);
  const grown = (await stat(join(killed, 'ada.mkv'))).size;
  const { manifest, outcome } = await recoverTake(killed);
  expect(outcome).toBe('recovered');
  const [file] = manifest.files;
  expect(manifest).toMatchObject({ state: 'complete', mode: 'copy' });
  expect(file).toMatchObject({ file: 'ada.mkv', state: 'verified' });
  // Nobody counted what was written: it plays, and more is not said.
  expect(file?.stamps?.intact).toMatchObject({
    isEarned: false,
    problem: 'What its process wrote was not counted to its end.',
  });
  expect(lengthMs - (file?.durationMs ?? 0)).toBeLessThanOrEqual(1_050);
  // A recorder beats each half second: it was gone within a second of the last one.
  expect(manifest.recovered?.lostMs).toBeLessThanOrEqual(2_000);
  // Each stream ends by itself, less than a frame apart here.
  const last = file?.gaps?.at(-1);
  expect(last?.cause).toBe('encoderEnded');
  expect(Math.abs((last?.atMs ?? 0) - (file?.durationMs ?? 0))).toBeLessThan(2_000 / clipFps);
  const { audio, video } = file?.stamps?.intact.packets ?? {};
  const { copy } = file ?? {};
  expect([audio?.packets, video?.packets]).toEqual(
    [copy?.audio.frames, copy?.video.frames].map((frames) => (frames?.written ?? 0) + (frames?.filled ?? 0)),
  );
  expect(Math.abs((await stat(join(killed, 'ada.mkv'))).size - grown)).toBeLessThan(30_000);
  const verified = await verifyTake(killed, 'full');
  expect({ ok: verified.ok, findings: verified.files[0]?.findings }).toEqual({ ok: true, findings: [] });
  // A second look finds nothing to do.
  expect((await recoverTake(killed)).outcome).toBe('whole');
});

it('is whole when its process has ended it, although its recorder knew nothing of it', async () => {
  const before = (await readManifest(stopped)).files[0];
  await leaveLock(unknown, 500);
  const { manifest, outcome } = await recoverTake(unknown);
  expect(outcome).toBe('recovered');
  const [file, ...others] = manifest.files;
  expect(others).toEqual([]);
  expect(manifest.recovered).toMatchObject({ interruptedWhile: 'recording', lostMs: 0 });
  expect(Math.abs((manifest.durationMs ?? 0) - lengthMs)).toBeLessThan(150);
  // What was written is counted: the file is proven as one of a take that was stopped.
  expect(file?.stamps?.intact).toMatchObject({ isEarned: true, packets: before?.stamps?.intact.packets });
  expect(file).toMatchObject({ identity: 'ada', copy: before?.copy, gaps: before?.gaps });
  expect((await readdir(unknown)).filter((name) => name.startsWith('.copied'))).toEqual([]);
  expect(await verifyTake(unknown, 'full')).toMatchObject({ ok: true, isComplete: false });
});
