import { describe, expect, it } from 'vitest';
import { Lateness, sumLateness } from '../../../../src-main/lab/room/publisher-lateness.js';

describe('the lateness of a publisher', () => {
  it('counts what came more than 20 ms after its time, and keeps the largest', () => {
    const lateness = new Lateness();
    for (const lateMs of [-0.2, 3, 20, 20.5, 140]) lateness.noteSlot(lateMs);
    lateness.noteDropped(7);
    expect(lateness.figures).toEqual({ slots: 12, lateSlots: 2, droppedSlots: 7, maxLateMs: 140 });
  });

  it('adds sources up, and takes the latest of them', () => {
    const camera = { slots: 30, lateSlots: 1, droppedSlots: 2, maxLateMs: 50 };
    const screen = { slots: 10, lateSlots: 3, droppedSlots: 0, maxLateMs: 30 };
    expect(sumLateness([camera, screen])).toEqual({
      slots: 40,
      lateSlots: 4,
      droppedSlots: 2,
      maxLateMs: 50,
    });
    expect(sumLateness([])).toEqual({ slots: 0, lateSlots: 0, droppedSlots: 0, maxLateMs: 0 });
  });
});
