import { expect, it } from 'vitest';
import { ConsoleDelivery, type Deliver } from '../../../src-main/console/console-delivery.js';
import { refusalOf } from '../../../src-main/contract/command-availability.js';
import type { DeliveryProgress, StoredDelivery } from '../../../src-main/contract/deliverables.js';
import { PlateauError } from '../../../src-main/contract/errors.js';
import type { DecidingState } from '../../../src-main/contract/refusal.js';
import type { DeliveredFile, Delivery } from '../../../src-main/deliver/deliver-folder.js';

const settings = { fps: 30, size: 'source' } as const;

/** A run that the test goes through. */
class Bench {
  readonly told: DeliveryProgress[] = [];
  readonly problems: string[] = [];
  /** As the next program would find it. */
  saved: readonly StoredDelivery[] = [];
  made = 0;
  checked: Promise<void> = Promise.resolve();
  options: Parameters<Deliver>[1] | null = null;
  readonly begun: string[] = [];
  readonly delivery: ConsoleDelivery = new ConsoleDelivery(
    {
      onChanged: () => {
        const { progress } = this.delivery;
        if (progress !== null && progress !== this.told.at(-1)) this.told.push(progress);
      },
      onMade: () => (this.made += 1),
      onProblem: ({ message }) => this.problems.push(message),
      save: (takes) => (this.saved = takes),
      saved: () => Promise.resolve(),
      untilChecked: () => this.checked,
    },
    (folder, options) => {
      this.options = options;
      this.begun.push(folder);
      return new Promise<Delivery>((resolve, reject) => {
        this.end = (files) => resolve({ takeName: '', folder, files });
        this.fail = reject;
        options.signal?.addEventListener('abort', () => reject(new Error('ended')));
      });
    },
  );
  end: (files: readonly DeliveredFile[]) => void = () => undefined;
  fail: (error: Error) => void = () => undefined;

  comesTo(file: string, fraction: number): void {
    this.options?.onProgress?.({ file, number: 1, files: 2, step: 'encoding', fileFraction: 0, fraction });
  }

  get queue(): string[] {
    return this.delivery.queue.map(({ takeName }) => takeName);
  }
}

/** What is on its way has arrived. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const file = { source: 'ada.mkv', file: 'ada.mp4', deliverable: null, error: null } as const;

it('tells how far it is by whole percents, and ends with what is there and what is not', async () => {
  const bench = new Bench();
  expect(bench.delivery.add('/takes/studio', settings)).toBe(0);
  await settled();
  bench.comesTo('ada.mp4', 0.1);
  bench.comesTo('ada.mp4', 0.105);
  bench.comesTo('ada.mp4', 0.12);
  bench.comesTo('ben.mp4', 0.121);
  expect(bench.told.map(({ fraction }) => fraction)).toEqual([0, 0.1, 0.12, 0.121]);
  expect(bench.told.at(-1)).toMatchObject({ takeName: 'studio', settings, file: 'ben.mp4', files: 2 });
  const error = new PlateauError('verificationFailed', 'It is not what it should be.', '');
  bench.end([
    { ...file, outcome: 'made' },
    { ...file, outcome: 'kept' },
    { ...file, file: 'ben.mp4', outcome: 'failed', error },
  ]);
  await settled();
  expect(bench.delivery.ended).toMatchObject([
    {
      ...{ takeName: 'studio', files: 2, isCanceled: false },
      problems: ['ben.mp4: It is not what it should be.'],
    },
  ]);
  expect([bench.delivery.progress, bench.saved, bench.made]).toEqual([null, [], 1]);
  // Who pressed the button hears of it in the window.
  expect(bench.problems).toEqual([]);
});

it('makes files of one take after the other, each of them once', async () => {
  const bench = new Bench();
  const ahead = ['one', 'two', 'three'].map((name) => bench.delivery.add(`/takes/${name}`, settings));
  expect(ahead).toEqual([0, 1, 2]);
  expect(() => bench.delivery.add('/takes/two', settings)).toThrow('wait for their turn');
  expect([bench.delivery.progress?.takeName, bench.queue]).toEqual(['one', ['two', 'three']]);
  await settled();
  bench.end([{ ...file, outcome: 'made' }]);
  await settled();
  expect([bench.begun, bench.queue]).toEqual([['/takes/one', '/takes/two'], ['three']]);
});

it('takes no more than it can remember', () => {
  const bench = new Bench();
  for (let number = 0; number < 100; number += 1) bench.delivery.add(`/takes/${number}`, settings);
  expect(() => bench.delivery.add('/takes/one-more', settings)).toThrow('100 takes wait');
  bench.delivery.addAfter('/takes/one-more', settings, Promise.resolve(true));
  expect(bench.saved).toHaveLength(100);
});

it('cancels each of them, the one that is made and those that wait', async () => {
  const bench = new Bench();
  for (const name of ['one', 'two', 'three']) bench.delivery.add(`/takes/${name}`, settings);
  await settled();
  bench.delivery.cancel('two');
  bench.delivery.cancel(undefined);
  bench.delivery.cancel('nothing');
  await settled();
  expect(bench.delivery.ended.map(({ isCanceled, takeName }) => [takeName, isCanceled])).toEqual([
    ['two', true],
    ['one', true],
  ]);
  expect([bench.delivery.progress?.takeName, bench.queue]).toEqual(['three', []]);
});

it('leaves to the next program what the end of this one interrupts, and what has waited', async () => {
  const bench = new Bench();
  bench.delivery.add('/takes/one', settings);
  bench.delivery.add('/takes/two', { fps: 25, size: '720p' });
  await settled();
  // Killed now it would have been begun once.
  expect(bench.saved.map(({ interruptions }) => interruptions)).toEqual([1, 0]);
  await bench.delivery.close();
  bench.delivery.addAfter('/takes/three', settings, Promise.reject(new Error('The check was ended.')));
  await settled();
  expect(bench.saved.map(({ folder, interruptions }) => [folder, interruptions])).toEqual([
    ['/takes/one', 0],
    ['/takes/two', 0],
    ['/takes/three', 0],
  ]);
  expect(bench.delivery.ended).toEqual([]);

  const next = new Bench();
  next.delivery.resume(bench.saved);
  await settled();
  expect([next.begun, next.queue]).toEqual([['/takes/one'], ['two', 'three']]);
  next.end([]);
  await settled();
  expect(next.options?.settings).toEqual({ fps: 25, size: '720p' });
});

it('does not go on with what was canceled just before the end', async () => {
  const bench = new Bench();
  bench.delivery.add('/takes/one', settings);
  await settled();
  bench.delivery.cancel('one');
  await bench.delivery.close();
  expect(bench.saved).toEqual([]);
});

it('says what becomes of takes that are gone, and of what has ended many programs', async () => {
  const bench = new Bench();
  bench.delivery.resume([
    { folder: '/takes/evil', settings, interruptions: 5 },
    { folder: '/takes/gone', settings, interruptions: 1 },
  ]);
  await settled();
  bench.fail(new PlateauError('takeNotFound', 'There is no manifest.', ''));
  await settled();
  expect(bench.problems).toEqual([
    'MP4 files of evil are not made by themselves any more: Plateau was killed 5 times while it made them.',
    'Not every MP4 file of gone could be made. The take is not in /takes any more.',
  ]);
  expect(bench.saved).toEqual([]);
});

it('has a place for a take that ends, and its turn when that is checked', async () => {
  const bench = new Bench();
  let checked: (isWanted: boolean) => void = () => undefined;
  bench.delivery.addAfter('/takes/studio', settings, new Promise((resolve) => (checked = resolve)));
  bench.delivery.addAfter('/takes/nobody', settings, Promise.resolve(false));
  bench.delivery.addAfter('/takes/broken', settings, Promise.reject(new Error('no space')));
  bench.delivery.add('/takes/asked', settings);
  expect(bench.saved.map(({ folder }) => folder)).toContain('/takes/studio');
  await settled();
  expect([bench.begun, bench.queue]).toEqual([['/takes/asked'], ['studio']]);
  checked(true);
  bench.end([]);
  await settled();
  expect(bench.begun).toEqual(['/takes/asked', '/takes/studio']);
});

it('waits for the check of an earlier program, and forgets a take that was deleted', async () => {
  const bench = new Bench();
  let isChecked: () => void = () => undefined;
  bench.checked = new Promise((resolve) => (isChecked = resolve));
  bench.delivery.resume([{ folder: '/takes/one', settings, interruptions: 0 }]);
  bench.delivery.add('/takes/two', settings);
  bench.delivery.forget('/takes/two');
  await settled();
  expect([bench.begun, bench.queue]).toEqual([[], []]);
  isChecked();
  await settled();
  expect(bench.begun).toEqual(['/takes/one']);
});

it('may be canceled while something is made or waits, and asked for at any time', () => {
  const delivery = { takeName: 'studio', file: '', number: 0, files: 0, fraction: 0, leftMs: null };
  const reasons = [
    {},
    { delivery: null },
    { delivery },
    { deliveryQueue: [{ takeName: 'studio', settings }] },
  ].map((state) =>
    (['deliverTake', 'cancelDelivery'] as const).map(
      (command) => refusalOf(command, state as unknown as DecidingState)?.reason ?? null,
    ),
  );
  const idle = [null, 'No MP4 files are being made.'];
  expect(reasons).toEqual([idle, idle, [null, null], [null, null]]);
});
