import { expect, it } from 'vitest';
import { ReplayStore } from '#engine/replay/replay-store.js';
import { fragment, fragmentedHead } from '../mp4/fragmented-fixture.js';

const head = fragmentedHead([{ kind: 'audio', timescale: 1000 }]);

/** A second of audio of so many bytes. */
function second(number: number, sizeBytes = 1_000): Buffer {
  return fragment([{ trackId: 1, dts: number * 1000, samples: [{ sizeBytes, ticks: 1000 }] }]);
}
const oneBytes = second(0).length;

function stage(capBytes = Infinity, keepMs = 10_000): { store: ReplayStore; at: (ms: number) => void } {
  let nowMs = 0;
  const store = new ReplayStore({ keepMs, capBytes }, () => nowMs);
  return {
    store,
    at: (ms) => {
      nowMs = ms;
    },
  };
}

it('keeps the last seconds of every file, and lets go of what is older', () => {
  const { at, store } = stage();
  const files = store.begin();
  const [ada, bo] = [files.keeperOf('ada.m4a'), files.keeperOf('bo.m4a')];
  ada(head);
  bo(head);
  for (let number = 0; number < 30; number += 1) {
    at(number * 1000);
    ada(second(number));
    if (number < 5) bo(second(number));
    store.tick();
  }
  expect(files.of('ada.m4a')?.fragments.map(({ times }) => times.audio?.fromMs)[0]).toBe(19_000);
  expect(files.of('ada.m4a')?.head).toEqual(head);
  expect(files.of('bo.m4a')).toBeUndefined();
  expect(store).toMatchObject({ heldBytes: 11 * oneBytes, isCapped: false });
  // Somebody who was silent for long is kept again as soon as there is something.
  bo(second(29));
  expect(files.of('bo.m4a')?.fragments).toHaveLength(1);
});

it('holds no more than its cap: the oldest goes, whoever’s it is', () => {
  const { at, store } = stage(4 * oneBytes);
  const files = store.begin();
  const [ada, bo] = [files.keeperOf('ada.m4a'), files.keeperOf('bo.m4a')];
  ada(head);
  bo(head);
  for (let number = 0; number < 6; number += 1) {
    at(number * 1000);
    ada(second(number));
    bo(second(number));
    expect(store.heldBytes).toBeLessThanOrEqual(4 * oneBytes);
  }
  expect(files.of('ada.m4a')?.fragments).toHaveLength(2);
  expect(files.of('bo.m4a')?.fragments).toHaveLength(2);
  expect(store).toMatchObject({ isCapped: true });
});

it('counts what is being saved until it is written, and stays below its cap meanwhile', () => {
  const { at, store } = stage(4 * oneBytes, 2_000);
  const files = store.begin();
  const ada = files.keeperOf('ada.m4a');
  ada(head);
  for (let number = 0; number < 3; number += 1) ada(second(number));
  const release = store.hold([...(files.of('ada.m4a')?.fragments ?? [])]);
  at(60_000);
  store.tick();
  expect(files.of('ada.m4a')).toBeUndefined();
  expect(store.heldBytes).toBe(3 * oneBytes);
  for (let number = 60; number < 70; number += 1) {
    ada(second(number));
    expect(store.heldBytes).toBeLessThanOrEqual(4 * oneBytes);
  }
  release();
  release();
  expect(store.heldBytes).toBe(oneBytes);
});

it('holds nothing once it is closed, whoever still adds to it', () => {
  const { store } = stage();
  const keep = store.begin().keeperOf('ada.m4a');
  keep(head);
  keep(second(0));
  store.close();
  keep(second(1));
  expect(store).toMatchObject({ heldBytes: 0 });
});

it('keeps nothing of a file that it cannot cut, and says so once', () => {
  const unkept: string[] = [];
  const limits = { keepMs: 10_000, capBytes: Infinity, onUnkept: (file: string) => unkept.push(file) };
  const store = new ReplayStore(limits, () => 0);
  const files = store.begin();
  const keep = files.keeperOf('ada.mkv');
  for (let number = 0; number < 3; number += 1) keep(Buffer.alloc(5_000, 0x42));
  const broken = files.keeperOf('bo.mp4');
  broken(fragmentedHead([]));
  broken(second(0));
  expect([files.of('ada.mkv'), files.of('bo.mp4')]).toEqual([undefined, undefined]);
  // Of the first one nobody knows yet that it is no MP4: its first box may be long.
  expect(unkept).toEqual(['bo.mp4']);
  expect(store.heldBytes).toBe(0);
});
