import { expect, it } from 'vitest';
import type { CommandConsole } from '../../../../src-main/cli/output/command-console.js';
import { TakeDeliveries, type TakeDelivery } from '../../../../src-main/cli/run/take-deliveries.js';
import { PlateauError } from '../../../../src-main/contract/errors.js';
import type { DeliveredFile, DeliverOptions } from '../../../../src-main/deliver/deliver-folder.js';

const file = { source: 'ada.mkv', file: 'ada.mp4', deliverable: null, error: null } as const;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A command whose work the test goes through. */
class Bench {
  readonly said: string[] = [];
  readonly live: string[] = [];
  readonly begun: string[] = [];
  readonly ended: TakeDelivery[] = [];
  end: (files: readonly DeliveredFile[]) => void = () => undefined;
  onProgress: DeliverOptions['onProgress'];
  readonly deliveries = new TakeDeliveries(
    {
      columns: 200,
      say: (line: string) => this.said.push(line),
      showLive: (lines: readonly string[]) => this.live.push(...lines),
      emit: () => undefined,
    } as unknown as CommandConsole,
    { fps: 30, size: 'source' },
    (folder, { onProgress, signal }) => {
      this.begun.push(folder);
      this.onProgress = onProgress;
      return new Promise((resolve, reject) => {
        this.end = (files) => resolve({ files, folder });
        signal?.addEventListener('abort', () => reject(new Error('ended')));
      });
    },
  );

  add(path: string): void {
    this.deliveries.add(path, (delivery) => this.ended.push(delivery));
  }
}

it('makes them one take after the other, and says how far it is once nothing else is shown', async () => {
  const bench = new Bench();
  bench.add('/takes/one');
  bench.add('/takes/two');
  await settled();
  expect([bench.begun, bench.deliveries.pending]).toEqual([['/takes/one'], 2]);
  const progress = {
    ...file,
    number: 1,
    files: 1,
    step: 'encoding',
    fileFraction: 0.4,
    fraction: 0.4,
  } as const;
  bench.onProgress?.(progress);
  expect(bench.live).toEqual([]);
  const done = bench.deliveries.done();
  bench.onProgress?.(progress);
  expect(bench.live).toEqual(['ada.mp4: Encoding, 40 %']);
  bench.end([{ ...file, outcome: 'kept' }]);
  await settled();
  bench.end([{ ...file, outcome: 'failed', error: new PlateauError('ffmpegFailed', 'It broke.', '') }]);
  await done;
  expect(bench.begun).toEqual(['/takes/one', '/takes/two']);
  expect(bench.ended.map(({ problem }) => problem?.message ?? null)).toEqual([
    null,
    'Not every MP4 file of two was made. It broke.',
  ]);
  expect(bench.ended[1]?.problem?.exitCode).toBe(17);
  expect([bench.deliveries.hasFailed, bench.deliveries.pending]).toEqual([true, 0]);
  expect(bench.said).toContain('1 file in /takes/one, each proven against its original.');
});

it('ends at Ctrl-C what runs, and begins nothing', async () => {
  const bench = new Bench();
  expect(bench.deliveries.end()).toBe(false);
  bench.add('/takes/one');
  bench.add('/takes/two');
  await settled();
  const done = bench.deliveries.done();
  expect([bench.deliveries.end(), bench.deliveries.end()]).toEqual([true, false]);
  await done;
  expect(bench.begun).toEqual(['/takes/one']);
  expect(bench.ended.map(({ problem }) => problem?.code)).toEqual(
    Array(2).fill('deliverablesIncomplete') as string[],
  );
});
