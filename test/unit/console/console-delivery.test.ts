import { expect, it } from 'vitest';
import { ConsoleDelivery, type Deliver } from '../../../src-main/console/console-delivery.js';
import { refusalOf } from '../../../src-main/contract/command-availability.js';
import type { DeliveryProgress } from '../../../src-main/contract/deliverables.js';
import { PlateauError } from '../../../src-main/contract/errors.js';
import type { DecidingState } from '../../../src-main/contract/refusal.js';
import type { DeliveredFile, DeliverOptions } from '../../../src-main/deliver/deliver-take.js';

/** A run that the test goes through. */
class Bench {
  readonly told: (DeliveryProgress | null)[] = [];
  readonly delivery = new ConsoleDelivery(() => this.told.push(this.delivery.progress), ((
    _folder,
    options,
  ) => {
    this.options = options;
    return new Promise((resolve, reject) => {
      this.end = (files) => resolve({ takeName: 'studio', folder: '/takes/studio', files });
      options.signal?.addEventListener('abort', () => reject(new Error('ended')));
    });
  }) satisfies Deliver);
  options: DeliverOptions | null = null;
  end: (files: readonly DeliveredFile[]) => void = () => undefined;

  comesTo(file: string, fraction: number): void {
    this.options?.onProgress?.({ file, number: 1, files: 2, step: 'encoding', fileFraction: 0, fraction });
  }
}

const file = { source: 'ada.mkv', file: 'ada.mp4', deliverable: null, error: null } as const;

it('tells how far it is by whole percents, and ends with what is there and what is not', async () => {
  const bench = new Bench();
  const done = bench.delivery.start('studio', '/takes/studio');
  bench.comesTo('ada.mp4', 0.1);
  bench.comesTo('ada.mp4', 0.105);
  bench.comesTo('ada.mp4', 0.12);
  bench.comesTo('ben.mp4', 0.121);
  expect(bench.told.map((one) => one?.fraction)).toEqual([0, 0.1, 0.12, 0.121]);
  expect(bench.told.at(-1)).toMatchObject({ takeName: 'studio', file: 'ben.mp4', number: 1, files: 2 });
  expect(bench.options?.priority).toBe('belowNormal');
  const error = new PlateauError('verificationFailed', 'It is not what it should be.', '');
  bench.end([
    { ...file, outcome: 'made' },
    { ...file, outcome: 'kept' },
    { ...file, file: 'ben.mp4', outcome: 'failed', error },
  ]);
  expect(await done).toEqual({
    ...{ files: 2, isCanceled: false },
    problems: ['ben.mp4: It is not what it should be.'],
  });
  expect(bench.delivery.progress).toBeNull();
});

it('makes files of one take at a time', async () => {
  const bench = new Bench();
  const first = bench.delivery.start('studio', '/takes/studio');
  await expect(bench.delivery.start('other', '/takes/other')).rejects.toMatchObject({ code: 'invalidState' });
  expect(bench.delivery.progress?.takeName).toBe('studio');
  bench.end([]);
  await first;
  void bench.delivery.start('other', '/takes/other');
  expect(bench.delivery.progress?.takeName).toBe('other');
});

it('ends when it is canceled, and with the program', async () => {
  const bench = new Bench();
  const canceled = bench.delivery.start('studio', '/takes/studio');
  bench.delivery.cancel();
  expect(await canceled).toEqual({ files: 0, problems: [], isCanceled: true });
  const closed = bench.delivery.start('studio', '/takes/studio');
  await bench.delivery.close();
  expect((await closed).isCanceled).toBe(true);
  expect(bench.delivery.progress).toBeNull();
});

it('may be canceled while something is made, and begun while nothing is', () => {
  const delivery = { takeName: 'studio', file: '', number: 0, files: 0, fraction: 0, leftMs: null };
  const reasons = [{}, { delivery: null }, { delivery }].map((state) =>
    (['deliverTake', 'cancelDelivery'] as const).map(
      (command) => refusalOf(command, state as DecidingState)?.reason ?? null,
    ),
  );
  const idle = [null, 'No MP4 files are being made.'];
  expect(reasons).toEqual([idle, idle, ['MP4 files are being made already.', null]]);
});
