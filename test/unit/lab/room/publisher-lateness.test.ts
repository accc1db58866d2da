import { describe, expect, it } from 'vitest';

import {
  Lateness,
  latenessBetween,
  overloadSentence,
  sumLateness,
} from '../../../../src-main/lab/room/publisher-lateness.js';

describe('the lateness of a publisher', () => {
  it('counts what came more than 20 ms after its time, and keeps the largest', () => {
    const lateness = new Lateness();
    for (const lateMs of [-0.2, 3, 20, 20.5, 140]) lateness.noteSlot(lateMs);
    lateness.noteDropped(7);
    expect(lateness.figures).toEqual({ slots: 12, lateSlots: 2, droppedSlots: 7, maxLateMs: 140 });
  });

  it('says in one sentence what the machine could not carry, and nothing when it could', () => {
    const punctual = { slots: 100, lateSlots: 2, droppedSlots: 0, maxLateMs: 24 };
    expect(overloadSentence(punctual, 25)).toBeNull();
    expect(overloadSentence(punctual, 23)).toBe('machine overloaded: publisher late by 24 ms in 2 frames');
    expect(overloadSentence({ ...punctual, droppedSlots: 3 }, 25)).toBe(
      'machine overloaded: publisher late by 24 ms in 2 frames, 3 dropped',
    );
  });

  it('adds sources up and tells one stretch of time from another', () => {
    const camera = { slots: 30, lateSlots: 1, droppedSlots: 2, maxLateMs: 50 };
    const screen = { slots: 10, lateSlots: 3, droppedSlots: 0, maxLateMs: 30 };
    const both = sumLateness([camera, screen]);
    expect(both).toEqual({ slots: 40, lateSlots: 4, droppedSlots: 2, maxLateMs: 50 });
    // Nothing was late after `both`: its old maximum says nothing of the time since.
    expect(latenessBetween(both, { ...both, slots: 90 })).toEqual({
      slots: 50,
      lateSlots: 0,
      droppedSlots: 0,
      maxLateMs: 20,
    });
  });
});
