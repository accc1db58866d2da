import { expect, it } from 'vitest';
import { OpenCluster, type WrittenCluster } from '#engine/copy/file/cluster.js';
import { bytesOf, ClusterRing } from '#engine/copy/replay/cluster-ring.js';

/** A second of a file: a block of so many bytes each half of it. */
function second(atMs: number, bytes = 500): WrittenCluster {
  const open = new OpenCluster();
  for (const timeMs of [atMs, atMs + 500])
    open.add({
      ...{ track: 'video', timeMs, isKey: timeMs === atMs, durationMs: 0, origin: 'sent' },
      data: Buffer.alloc(bytes, timeMs % 251),
    });
  const cluster = open.take();
  if (cluster === null) throw new Error('It has blocks.');
  return cluster;
}

/** Of one whose time takes two bytes. */
const each = bytesOf(second(1_000));

it('says of a cluster that is kept what its blocks are, without reading it again', () => {
  const open = new OpenCluster();
  const blocks = [
    { track: 'video', timeMs: 3_000, isKey: true, durationMs: 0, origin: 'lower', data: Buffer.from('key') },
    { track: 'audio', timeMs: 2_991, isKey: true, durationMs: 2.5, origin: 'sent', data: Buffer.from('') },
    {
      track: 'video',
      timeMs: 3_033,
      isKey: false,
      durationMs: 0,
      origin: 'sent',
      data: Buffer.alloc(70_000, 7),
    },
    {
      track: 'audio',
      timeMs: 2_994,
      isKey: true,
      durationMs: 120,
      origin: 'filled',
      data: Buffer.from('hush'),
    },
  ] as const;
  for (const block of blocks) open.add(block);
  const cluster = open.take();
  expect(cluster?.blocks.read(cluster.bytes)).toEqual(blocks);
  expect(cluster).toMatchObject({ timeMs: 2_991, lastMs: 3_033, keyMs: 3_000 });
});

it('lets go of what is older than it has to keep, whatever the file, by the timeline of the take', () => {
  const ring = new ClusterRing({ keepMs: 3_000, capBytes: 1e9 });
  const [first, later] = [ring.begin(0), ring.begin(2_000)];
  for (let atMs = 0; atMs < 5_000; atMs += 1_000) ring.add(first, second(atMs));
  // Of a part that began at 2 s: times of the file.
  for (let atMs = 0; atMs < 3_000; atMs += 1_000) ring.add(later, second(atMs));
  ring.tick(5_600);
  expect(first.clusters.map(({ cluster }) => cluster.timeMs)).toEqual([3_000, 4_000]);
  expect(later.clusters.map(({ cluster }) => cluster.timeMs)).toEqual([1_000, 2_000]);
  expect([ring.heldBytes, ring.isCapped]).toEqual([4 * each, false]);
});

it('never holds more than its cap: the oldest goes, whoever it is of', () => {
  const ring = new ClusterRing({ keepMs: 60_000, capBytes: 4 * each });
  const [ada, bob] = [ring.begin(0), ring.begin(0)];
  ring.add(bob, second(300));
  for (let atMs = 1_000; atMs < 9_000; atMs += 1_000) {
    ring.add(ada, second(atMs));
    expect(ring.heldBytes).toBeLessThanOrEqual(4 * each);
  }
  expect(bob.clusters).toEqual([]);
  expect(ada.clusters.map(({ cluster }) => cluster.timeMs)).toEqual([5_000, 6_000, 7_000, 8_000]);
  expect(ring.isCapped).toBe(true);
  // It is full no more when nothing had to go for a while.
  ring.tick(8_500 + 10_000);
  expect(ring.isCapped).toBe(false);
});

it('counts what is being saved until it is written, and lets go of nothing of it twice', () => {
  const ring = new ClusterRing({ keepMs: 60_000, capBytes: 3 * each });
  const part = ring.begin(0);
  for (let atMs = 1_000; atMs < 4_000; atMs += 1_000) ring.add(part, second(atMs));
  const release = ring.hold([...part.clusters]);
  ring.add(part, second(4_000));
  // Nothing that may go is left but the new one: the cap holds for what is kept.
  expect(part.clusters.length).toBe(0);
  expect(ring.heldBytes).toBe(3 * each);
  release();
  expect(ring.heldBytes).toBe(0);
  release();
  ring.add(part, second(5_000));
  expect(ring.heldBytes).toBe(each);
});
