import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AccessToken } from 'livekit-server-sdk';
import { expect, it, vi } from 'vitest';
import { caps } from '#engine/contract/limits.js';
import type { Manifest, ManifestFile } from '#engine/contract/manifest.js';
import { profiles } from '#engine/contract/profile.js';
import type { BudgetChange } from '#engine/contract/session.js';
import type { Snapshot } from '#engine/contract/snapshot.js';
import type { TakeEntry } from '#engine/contract/takes.js';
import { verifyTake } from '#engine/finalize/verify-take.js';
import { Recorder } from '#engine/recorder/recorder.js';
import { recoverTake } from '#engine/recovery/recover-take.js';
import { sha256OfFile } from '#engine/storage/checksum.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { lockState } from '#engine/storage/take-lock.js';
import { fillUp } from '../../faults/disk-faults.js';
import { shareClipRoom } from '../../fixtures/clip-room.js';
import { type CommandResult, runCommand, RunningCommand } from '../../fixtures/command.js';
import { canMount, mountSmall } from '../../fixtures/file-systems.js';
import { expectRecorded } from '../../fixtures/recorded-exit.js';
import { untilSnapshot } from '../../fixtures/until-snapshot.js';

const room = 'backed-up';
const camera = { width: 640, height: 360, fps: 30 };

const shared = shareClipRoom(room, camera);

/** A command that copies the room, with a second copy in a folder of its own. */
class Recording {
  readonly command: RunningCommand;
  readonly out: string;
  readonly copies: string;

  constructor(name: string, copies = join(shared.root, name, 'copies'), more: readonly string[] = []) {
    this.out = join(shared.root, name, 'takes');
    this.copies = copies;
    const of = ['--room', room, '--out', this.out, '--backup', copies, '--mode', 'copy', '--json'];
    this.command = new RunningCommand(['record', ...of, ...more], {
      LIVEKIT_URL: shared.server.url,
      LIVEKIT_API_KEY: shared.server.apiKey,
      LIVEKIT_API_SECRET: shared.server.apiSecret,
    });
  }

  get take(): Promise<string> {
    return onlyIn(this.out);
  }

  get backup(): Promise<string> {
    return onlyIn(this.copies);
  }

  /** Waits until so much is in the second copy of each file, and its manifest names them. */
  async untilCopied(bytes: number): Promise<void> {
    await vi.waitFor(
      async () => {
        const folder = await this.backup;
        const { files } = await readManifest(folder);
        expect(files.map(({ file }) => file).toSorted()).toEqual(['ada.mkv', 'bob.mkv']);
        for (const { file } of files)
          expect((await readFile(join(folder, file))).length).toBeGreaterThan(bytes);
      },
      { timeout: 40_000, interval: 50 },
    );
  }

  async stop(): Promise<CommandResult> {
    this.command.signal('SIGINT');
    return this.command.ended;
  }
}

async function onlyIn(folder: string): Promise<string> {
  const [name, ...others] = await readdir(folder);
  if (name === undefined || others.length > 0) throw new Error(`${folder} does not hold one take`);
  return join(folder, name);
}

/** Nothing else is wrong with a take than what the network has lost. */
function expectWhole({ files, state }: Manifest): void {
  expect(state).toBe('complete');
  for (const { stamps, state: of } of files) {
    expect(of).toBe('verified');
    expect(stamps?.intact.isEarned).toBe(true);
  }
}

async function expectSame(take: string, backup: string, files: readonly ManifestFile[]): Promise<void> {
  for (const { file, sha256 } of files) {
    expect(await sha256OfFile(join(backup, file))).toBe(sha256);
    expect(await sha256OfFile(join(take, file))).toBe(sha256);
  }
}

const linesNaming = (text: string, name: string): string[] =>
  text.split('\n').filter((line) => line.includes(`"name":"${name}"`));

it('each file has a second copy while it grows, and in the end one that is proven to be the same', async () => {
  const recording = new Recording('whole');
  await recording.untilCopied(200_000);
  const [take, backup] = [await recording.take, await recording.backup];
  expect((await lockState(backup)).kind).toBe('held');
  for (const file of ['ada.mkv', 'bob.mkv']) {
    const now = (await readFile(join(take, file))).length;
    await vi.waitFor(
      async () => {
        // The copy first: what is in it stands in the original, and in a moment it has all that that had.
        const copied = await readFile(join(backup, file));
        const original = await readFile(join(take, file));
        expect(copied.length).toBeGreaterThanOrEqual(now);
        expect(original.subarray(0, copied.length).equals(copied)).toBe(true);
      },
      { timeout: 3_000, interval: 50 },
    );
  }
  const ended = await recording.stop();
  const manifest = await readManifest(take);
  expectRecorded(ended, manifest);
  expectWhole(manifest);
  expect(manifest.backup).toEqual({
    ...{ path: backup, isThis: false, state: 'proven', provenFiles: 2, problem: null },
  });
  expect(await readManifest(backup)).toMatchObject({
    ...{ mode: 'copy', state: 'complete', backup: { isThis: true, state: 'proven' } },
  });
  await expectSame(take, backup, manifest.files);
  expect((await readdir(backup)).toSorted()).toEqual([
    'ada.mkv',
    'bob.mkv',
    'manifest.json',
    'telemetry.ndjson',
  ]);
  expect((await verifyTake(backup, 'full')).ok).toBe(true);
  // What is told of it: while it was made, at the end, and in the list.
  const told = (await readFile(join(take, 'telemetry.ndjson'), 'utf8')).split('\n');
  const snapshots = told.filter((line) => line.includes('plateau.snapshot/1'));
  const last = JSON.parse(snapshots.at(-1) ?? '{}') as Snapshot;
  expect(last.backup).toMatchObject({ path: backup, problem: null });
  const budgets = told.filter((line) => line.includes('plateau.budget/1'));
  expect((JSON.parse(budgets.at(-1) ?? '{}') as BudgetChange).lines).toContainEqual({
    ...{ buffer: 'second copy of the take', bytes: caps.backupBytes },
  });
  expect(linesNaming(ended.stdout, 'backupBehind')).toEqual([]);
  expect(ended.stderr).toContain(
    `The backup is in ${backup}: 2 files, byte by byte what they are in the take.`,
  );
  const listed = await runCommand(['takes', recording.out, '--json']);
  const { takes } = JSON.parse(listed.stdout.trim().split('\n').at(-1) ?? '{}') as { takes: TakeEntry[] };
  expect(takes).toMatchObject([{ mode: 'copy', backup: { state: 'proven' } }]);
}, 90_000);

it('a backup that is gone for a while costs the take nothing, is told once, and catches up over a part', async () => {
  const recording = new Recording('away', undefined, ['--split-every', '10s']);
  await recording.untilCopied(100_000);
  const [take, backup] = [await recording.take, await recording.backup];
  await rename(backup, `${backup}-away`);
  await recording.command.says(/"name":"backupBehind"/);
  // A part begins that it has nothing of.
  await vi.waitFor(async () => expect(await readdir(take)).toContain('bob-part2.mkv'), {
    ...{ timeout: 40_000, interval: 100 },
  });
  await rename(`${backup}-away`, backup);
  await vi.waitFor(async () => expect(await readdir(backup)).toContain('bob-part2.mkv'), {
    ...{ timeout: 10_000, interval: 100 },
  });
  const ended = await recording.stop();
  const manifest = await readManifest(take);
  expectRecorded(ended, manifest);
  expectWhole(manifest);
  expect(manifest.backup).toMatchObject({ state: 'proven', provenFiles: 4, problem: null });
  await expectSame(take, backup, manifest.files);
  const warnings = linesNaming(ended.stdout, 'backupBehind').filter((line) => line.includes('"warning"'));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('The backup stands still: the backup folder is gone');
}, 120_000);

it.skipIf(!canMount)(
  'a backup whose disk is full at the end is said to lack something, and the take is as it should be',
  async () => {
    const disk = await mountSmall(join(shared.root, 'small'), 200_000_000);
    try {
      const recording = new Recording('full', join(disk.path, 'copies'));
      await recording.untilCopied(100_000);
      const [take, backup] = [await recording.take, await recording.backup];
      await fillUp(join(disk.path, 'others'));
      await recording.command.says(/"name":"backupBehind"/);
      const copiedBytes = (await readFile(join(backup, 'ada.mkv'))).length;
      await vi.waitFor(
        async () =>
          expect((await readFile(join(take, 'ada.mkv'))).length).toBeGreaterThan(copiedBytes + 100_000),
        { timeout: 20_000, interval: 100 },
      );
      const ended = await recording.stop();
      const manifest = await readManifest(take);
      expectWhole(manifest);
      // What the network has lost is told first.
      expect([16, 8, 9], ended.stderr).toContain(ended.code);
      if (manifest.files.every(({ stamps }) => stamps?.complete.isEarned === true))
        expect(ended.code).toBe(16);
      expect(manifest.backup).toMatchObject({ state: 'incomplete', problem: { code: 'diskFull' } });
      expect(ended.stderr).toContain(
        `The backup is in ${backup}, and is not complete: the disk of the backup folder is full.`,
      );
      expect((await verifyTake(take, 'full')).ok).toBe(true);
      // What it has can be finished, once there is room.
      await rm(join(disk.path, 'others'));
      const recovered = await recoverTake(backup);
      expect(recovered.outcome).toBe('recovered');
      expect(recovered.manifest.files.map(({ state }) => state)).toEqual(['verified', 'verified']);
    } finally {
      await disk.unmount();
    }
  },
  90_000,
);

/** What `recover` makes of a take and of its second copy. */
async function recoveredBoth(recording: Recording): Promise<readonly Manifest[]> {
  const manifests: Manifest[] = [];
  for (const folder of [await recording.take, await recording.backup]) {
    // A process that is left ends its files by itself, within five seconds.
    const { manifest, outcome } = await vi.waitFor(() => recoverTake(folder), {
      ...{ timeout: 20_000, interval: 200 },
    });
    expect(outcome, manifest.files.map(({ file, problem }) => `${file}: ${problem}`).join(' ')).toBe(
      'recovered',
    );
    expect(manifest).toMatchObject({
      mode: 'copy',
      state: 'complete',
      recovered: expect.anything() as object,
    });
    expect(manifest.files.map(({ file, state }) => `${file} ${state}`).toSorted()).toEqual([
      'ada.mkv verified',
      'bob.mkv verified',
    ]);
    expect((await verifyTake(folder, 'full')).ok).toBe(true);
    manifests.push(manifest);
  }
  return manifests;
}

it.each([
  // What is left of it ends the files: the take lacks nothing, and its second copy the last cluster.
  { who: 'recorder', both: false, shorterMs: 2_500 },
  { who: 'recorder and its process', both: true, shorterMs: 1_500 },
])(
  'is a take that can be recovered when the $who was killed, hardly shorter than the other one',
  async ({ both, shorterMs, who }) => {
    const recording = new Recording(who.replaceAll(' ', '-'));
    await recording.untilCopied(200_000);
    const held = await lockState(await recording.take);
    const writerPid = held.kind === 'held' ? held.lock.writer?.pid : undefined;
    if (writerPid === undefined) throw new Error('Nobody writes it.');
    recording.command.signal('SIGKILL');
    if (both) process.kill(writerPid, 'SIGKILL');
    await recording.command.ended;
    const [take, backup] = await recoveredBoth(recording);
    for (const { durationMs, file } of take?.files ?? []) {
      const copied = backup?.files.find((one) => one.file === file);
      expect((durationMs ?? NaN) - (copied?.durationMs ?? NaN)).toBeLessThan(shorterMs);
      expect(copied?.durationMs ?? 0).toBeGreaterThan(1_000);
    }
  },
  90_000,
);

it('is the same when the process that receives was killed, and the take goes on in its next part', async () => {
  const recording = new Recording('receiver');
  await recording.untilCopied(200_000);
  const [take, backup] = [await recording.take, await recording.backup];
  const held = await lockState(take);
  process.kill(held.kind === 'held' ? (held.lock.writer?.pid ?? NaN) : NaN, 'SIGKILL');
  await recording.command.says(/"name":"receiverBack"/);
  await vi.waitFor(
    async () => expect((await readFile(join(backup, 'bob-part2.mkv'))).length).toBeGreaterThan(100_000),
    { timeout: 30_000, interval: 100 },
  );
  const ended = await recording.stop();
  expect(ended.code, ended.stderr).toBe(8);
  const manifest = await readManifest(take);
  expect(manifest.backup).toMatchObject({ state: 'proven', provenFiles: 4, problem: null });
  expect(manifest.files.map(({ state }) => state)).toEqual(['verified', 'verified', 'verified', 'verified']);
  expect(manifest.notRecorded.length).toBeGreaterThan(0);
  await expectSame(take, backup, manifest.files);
}, 90_000);

it('goes on when a take that is encoded goes over to copy mode', async () => {
  const { url, apiKey, apiSecret } = shared.server;
  const recorder = new Recorder();
  await recorder.connect(
    { url, room, credentials: { apiKey, apiSecret }, mediaKeys: null },
    { participants: null, audioOnly: false },
  );
  const [outputFolder, backupFolder] = [
    join(shared.root, 'over', 'takes'),
    join(shared.root, 'over', 'copies'),
  ];
  const take = await recorder.startTake({
    ...{ outputFolder, backupFolder, profile: profiles.source, audioOnly: false, participants: null },
  });
  await untilSnapshot(recorder, ({ sinks, takeMs }) => sinks.length === 2 && (takeMs ?? 0) > 3_000);
  const { takeMs: fromMs } = await recorder.continueCopied();
  await untilSnapshot(recorder, ({ takeMs }) => (takeMs ?? 0) > fromMs + 4_000);
  const backup = await onlyIn(backupFolder);
  expect(await readdir(backup)).toEqual(expect.arrayContaining(['ada.mp4', 'ada-part2.mkv']));
  const manifest = await recorder.stopTake();
  await recorder.disconnect();
  expect(manifest).toMatchObject({ mode: 'copy', state: 'complete' });
  expect(manifest.backup).toMatchObject({ path: backup, state: 'proven', provenFiles: 4, problem: null });
  await expectSame(take, backup, manifest.files);
  expect((await readdir(backup)).filter((name) => /\.m(kv|p4)$/.test(name)).toSorted()).toEqual([
    'ada-part2.mkv',
    'ada.mp4',
    'bob-part2.mkv',
    'bob.mp4',
  ]);
  expect((await verifyTake(backup, 'full')).ok).toBe(true);
}, 120_000);

it('leaves no folder of a take that could not begin', async () => {
  const tokenOf = async (identity: string, secret: string): Promise<string> => {
    const token = new AccessToken(shared.server.apiKey, secret, { identity, ttl: 60 });
    token.addGrant({ roomJoin: true, room, canSubscribe: true, canPublish: false });
    return token.toJwt();
  };
  const [out, copies] = [join(shared.root, 'refused', 'takes'), join(shared.root, 'refused', 'copies')];
  const tokens = {
    LIVEKIT_TOKEN: await tokenOf('one', shared.server.apiSecret),
    LIVEKIT_COPY_TOKEN: await tokenOf('two', `${shared.server.apiSecret} of another server`),
  };
  const of = ['--out', out, '--backup', copies, '--mode', 'copy'];
  const ended = await runCommand(['record', ...of, '--duration', '2s'], {
    LIVEKIT_URL: shared.server.url,
    ...tokens,
  });
  expect(ended.code, ended.stderr).not.toBe(0);
  for (const folder of [out, copies]) expect(await readdir(folder).catch(() => [])).toEqual([]);
}, 60_000);
