import { describe, expect, it } from 'vitest';
import { PublisherAudioFeed } from '../../../../src-main/lab/room/publisher-audio-feed.js';
import { Lateness } from '../../../../src-main/lab/room/publisher-lateness.js';

const periodMs = 10;

/** A source whose pieces end when the test says so, and the most that were ever under way at once. */
function slowSource() {
  const captured: number[] = [];
  let underWay = 0;
  let most = 0;
  let finish: (() => void) | undefined;
  return {
    captured,
    mostUnderWay: () => most,
    capture: (slotMs: number): Promise<void> => {
      captured.push(slotMs);
      underWay += 1;
      most = Math.max(most, underWay);
      return new Promise((resolve) => {
        finish = () => {
          underWay -= 1;
          resolve();
        };
      });
    },
    finishOne: async (): Promise<void> => {
      finish?.();
      finish = undefined;
      // The feed goes on after its await.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('the feed of a microphone', () => {
  it('has one piece under way at a source that never answers, and drops what gets too old', () => {
    const source = slowSource();
    const lateness = new Lateness();
    const feed = new PublisherAudioFeed({ periodMs, capture: source.capture, lateness, nowMs: () => 0 });
    for (let slot = 1; slot <= 100_000; slot += 1) feed.due(slot * periodMs);
    expect(source.captured).toEqual([10]);
    expect(source.mostUnderWay()).toBe(1);
    expect(feed.backlogSlots).toBe(50);
    // The one under way, the backlog, and everything else dropped.
    expect(lateness.figures).toMatchObject({ slots: 100_000 - 50, droppedSlots: 100_000 - 51 });
  });

  it('sends what a short stall left over, in order and one at a time', async () => {
    const source = slowSource();
    const lateness = new Lateness();
    let nowMs = 1_000;
    const feed = new PublisherAudioFeed({
      periodMs,
      capture: source.capture,
      lateness,
      nowMs: () => nowMs,
    });
    feed.due(1_000);
    nowMs = 1_200;
    // The timer came late: one call for twenty slots.
    feed.due(1_200);
    for (let piece = 0; piece < 30; piece += 1) await source.finishOne();
    expect(source.captured).toEqual(Array.from({ length: 21 }, (_, slot) => 1_000 + slot * periodMs));
    expect(source.mostUnderWay()).toBe(1);
    expect(feed.backlogSlots).toBe(0);
    expect(lateness.figures.droppedSlots).toBe(0);
    expect(lateness.figures.maxLateMs).toBe(190);
    expect(lateness.figures.lateSlots).toBe(17);
  });

  it('drops only the oldest of a long stall, and goes on with what is newest', async () => {
    const source = slowSource();
    const lateness = new Lateness();
    const feed = new PublisherAudioFeed({ periodMs, capture: source.capture, lateness, nowMs: () => 0 });
    feed.due(0);
    await source.finishOne();
    feed.due(3_000);
    for (let piece = 0; piece < 60; piece += 1) await source.finishOne();
    expect(source.captured.slice(0, 2)).toEqual([0, 2_510]);
    expect(source.captured.at(-1)).toBe(3_000);
    expect(lateness.figures.droppedSlots).toBe(250);
  });

  it('hands nothing over after its end, whatever was under way', async () => {
    const source = slowSource();
    const feed = new PublisherAudioFeed({
      periodMs,
      capture: source.capture,
      lateness: new Lateness(),
      nowMs: () => 0,
    });
    feed.due(0);
    feed.due(100);
    feed.end();
    await source.finishOne();
    feed.due(200);
    expect(source.captured).toEqual([0]);
  });

  it('ends when its source is closed', async () => {
    let calls = 0;
    const capture = (): Promise<void> => {
      calls += 1;
      return Promise.reject(new Error('AudioSource is closed'));
    };
    const feed = new PublisherAudioFeed({ periodMs, capture, lateness: new Lateness(), nowMs: () => 0 });
    feed.due(0);
    await new Promise((resolve) => setImmediate(resolve));
    feed.due(10);
    expect(calls).toBe(1);
  });
});
