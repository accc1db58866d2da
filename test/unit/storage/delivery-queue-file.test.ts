import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { DeliveryMemory } from '../../../src-main/console/delivery-memory.js';
import { readDeliveryQueue, writeDeliveryQueue } from '../../../src-main/storage/delivery-queue-file.js';

const folder = await mkdtemp(join(tmpdir(), 'plateau-queue-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const take = (name: string): Parameters<typeof writeDeliveryQueue>[1][number] => ({
  ...{ folder: `/takes/${name}`, settings: { fps: 25, size: '1080p' }, interruptions: 1 },
});

it('remembers what is still to be made, and nothing when all is', async () => {
  expect(await readDeliveryQueue(folder)).toEqual([]);
  await writeDeliveryQueue(folder, [take('one'), take('two')]);
  expect(await readDeliveryQueue(folder)).toEqual([take('one'), take('two')]);
  await writeDeliveryQueue(folder, []);
  expect(await readdir(folder)).toEqual([]);
});

it.each(['{', '{"schema":"plateau.deliveries/2","takes":[]}', '[]'])(
  'takes %s for no queue',
  async (text) => {
    await writeFile(join(folder, 'deliveries.json'), text);
    expect(await readDeliveryQueue(folder)).toEqual([]);
  },
);

it('writes what was saved last, in order, and nothing where nothing can be remembered', async () => {
  const memory = await DeliveryMemory.open(folder);
  for (let count = 1; count <= 20; count += 1)
    memory.save(Array.from({ length: count }, (_, index) => take(String(index))));
  await memory.saved();
  expect((await DeliveryMemory.open(folder)).left).toHaveLength(20);
  const none = await DeliveryMemory.open(null);
  none.save([take('one')]);
  await none.saved();
  expect(none.left).toEqual([]);
});
