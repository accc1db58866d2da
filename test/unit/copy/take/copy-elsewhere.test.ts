import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { unaccountedCopies } from '#engine/contract/copy-account.js';
import { unaccountedFrames } from '#engine/contract/drop-causes.js';
import { type ManifestFile, manifestFileSchema } from '#engine/contract/manifest.js';
import { failedFramesIn } from '#engine/copy/take/figures-of-sinks.js';
import { DiskLanes } from '#engine/storage/disk-lanes.js';
import { copiedFilesIn, Fed } from '../../../fixtures/copied-files.js';
import { blocksOf } from '../../../fixtures/matroska-blocks.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-copy-elsewhere-'));
  for (const name of ['first', 'other']) await mkdir(join(root, name));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

/** What is sent goes into the first folder until it goes on in the other one. */
async function recorded(lanes = new DiskLanes()) {
  const take = copiedFilesIn(join(root, 'first'), null, lanes);
  const { files, places } = take;
  const { camera, run } = await take.cameraAndMicrophone();
  const goOn = (atMs: number): void => {
    places.add({ folder: { path: join(root, 'other'), name: 'take' }, lanes: new DiskLanes() }, 2);
    files.cutAt({ number: 2, atMs, isElsewhere: true });
  };
  const blocks = async ({ file }: ManifestFile, where: 'first' | 'other') =>
    blocksOf(await readFile(join(root, where, file)));
  return { ...take, run, goOn, blocks, camera };
}

function expectBalanced(entries: readonly ManifestFile[]): void {
  for (const entry of entries) {
    expect(manifestFileSchema.safeParse(entry).success).toBe(true);
    if (entry.copy === undefined) throw new Error('It is no copied file.');
    expect(unaccountedCopies(entry.copy.video) + unaccountedCopies(entry.copy.audio)).toBe(0);
    expect(unaccountedFrames(entry.video) + unaccountedFrames(entry.audio)).toBe(0);
  }
}

describe('a copied take that goes on in another folder', () => {
  it('loses nothing by it when its disk still takes what comes', async () => {
    const { blocks, camera, failed, files, goOn, run } = await recorded();
    run(0, 1_400);
    goOn(1_400);
    run(1_400, 2_400);
    await vi.waitFor(() => expect(files.snapshots(2_400).map(({ file }) => file)).toEqual(['ada-part2.mkv']));
    run(2_400, 3_000);
    await files.finish(3_000);
    const [one, two] = files.entries() as [ManifestFile, ManifestFile];
    expect([one.part, two.part]).toEqual([
      { number: 1, startMs: 0, endMs: 2_000 },
      { number: 2, startMs: 2_000, endMs: null },
    ]);
    const videos = [await blocks(one, 'first'), await blocks(two, 'other')].map((all) =>
      all.filter(({ track }) => track === 1),
    );
    expect(videos.map(({ length }) => length)).toEqual([50, 25]);
    expect([failed, failedFramesIn(files.sinks)]).toEqual([[], { video: 0, audio: 0 }]);
    expect([one.problem, one.gaps, one.copy?.video.packets.received]).toEqual([
      null,
      [],
      (2 / 3) * camera.packets,
    ]);
    expectBalanced([one, two]);
  });

  it('has there what comes after its disk has refused a write, and says what that took and what is missing', async () => {
    const lanes = new DiskLanes();
    const { blocks, failed, files, goOn, log, run } = await recorded(lanes);
    const told = (): string[] =>
      log.entries.flatMap(({ details, level, name }) =>
        level === 'warning' ? [`${name} ${String(details['stream'])}`] : [],
      );
    run(0, 1_200);
    await vi.waitFor(() => expect(files.writtenBytes).toBeGreaterThan(5_000));
    const refusal = Object.assign(new Error('EIO'), { code: 'EIO' });
    vi.spyOn(lanes.writes, 'run').mockRejectedValue(refusal);
    run(1_200, 2_200);
    await vi.waitFor(() => expect(failed).toEqual(['ada.mkv 1 outputUnwritable']));
    expect(files.openCount).toBe(0);
    run(2_200, 2_600);
    goOn(2_600);
    run(2_600, 3_200);
    await vi.waitFor(() => expect(files.openCount).toBe(1));
    run(3_200, 4_000);
    await vi.waitFor(() => expect(files.settledPart).toBe(1), 5_000);
    await files.finish(4_000);
    const [one, two] = files.entries() as [ManifestFile, ManifestFile];
    expect([one.file, two.file]).toEqual(['ada.mkv', 'ada-part2.mkv']);
    expect(one.problem).not.toBeNull();
    expect(two.problem).toBeNull();
    expect([one.part?.endMs, two.part?.startMs]).toEqual([3_000, 3_000]);
    // Nobody can say packet by packet what the disk has.
    expect([one.segments[0]?.packets, one.segments[0]?.endMs]).toEqual([null, 3_000]);
    const kept = await blocks(one, 'first');
    const lost = 75 - kept.filter(({ track }) => track === 1).length;
    expect(one.video).toMatchObject({ received: 75, written: 75 - lost });
    expect(one.audio).toMatchObject({ written: 2 * kept.filter(({ track }) => track === 2).length });
    expect(failedFramesIn(files.sinks)).toEqual({ video: lost, audio: 300 - one.audio.written });
    expect(one.audioLostMs).toBe(3_000 - 10 * one.audio.written);
    expect(told()).toEqual(['diskFailed audio', 'diskFailed video']);
    expect((one.gaps ?? []).map(({ cause }) => cause)).toEqual(['dropped', 'dropped']);
    // From what is on the disk up to the next part.
    const lastMs = (track: number): number => kept.findLast((block) => block.track === track)?.ms ?? 0;
    for (const [track, stream] of [[1, 'video'] as const, [2, 'audio'] as const]) {
      const [gap, ...others] = (one.gaps ?? []).filter((each) => each.stream === stream);
      expect(others).toEqual([]);
      expect(Math.abs((gap?.atMs ?? 0) - lastMs(track))).toBeLessThanOrEqual(60);
      expect((gap?.atMs ?? 0) + (gap?.durationMs ?? 0)).toBe(3_000);
      expect(gap?.lostFrames).toBe(stream === 'video' ? lost : null);
    }
    expect((await blocks(two, 'other')).filter(({ track }) => track === 1)).toHaveLength(25);
    expectBalanced([one, two]);
    expect(failed).toHaveLength(1);
  });

  it('makes a file there for which its disk had no room, and says how long nothing of it was recorded', async () => {
    const { add, clock, failed, files, goOn, missed, run } = await recorded();
    run(0, 1_000);
    await rm(join(root, 'first'), { recursive: true });
    await writeFile(join(root, 'first'), 'In its place.');
    const nowMs = vi.spyOn(clock, 'nowMs').mockReturnValue(1_000);
    const bob = await add(new Fed('TR_bob', 'microphone', 'bob'), 1_000);
    expect(failed.at(-1)).toMatch(/^bob\.mkv 1 /);
    nowMs.mockReturnValue(2_500);
    // Another one is being made: nobody knows yet.
    const eve = add(new Fed('TR_eve', 'microphone', 'eve'), 2_500);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    expect(failed).toHaveLength(1);
    goOn(2_500);
    await eve;
    await vi.waitFor(() =>
      expect(missed.toSorted()).toEqual([
        expect.stringMatching(/^TR_bob \w+ 1500$/),
        expect.stringMatching(/^TR_eve \w+ 0$/),
      ]),
    );
    const fromMs = performance.now() - clock.elapsedMs();
    for (let ms = 2_500; ms < 3_000; ms += 20) bob.send(true, fromMs + ms);
    await files.finish(3_000);
    const entry = files.entries().find(({ identity }) => identity === 'bob');
    expect(entry).toMatchObject({ file: 'bob-part2.mkv', part: { number: 2 }, problem: null });
    expect(entry?.audio.written).toBe(50);
    const names = files.entries().map(({ file }) => file);
    expect(names.toSorted()).toEqual(['ada.mkv', 'bob-part2.mkv', 'eve-part2.mkv']);
  });
});
