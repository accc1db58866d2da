import { describe, expect, it } from 'vitest';
import { parseFaultSchedule } from '../../../src-main/lab/fault-schedule.js';

describe('parseFaultSchedule', () => {
  it('reads faults, their parameters and their moments, in order of time', () => {
    const text =
      'leak:megabytesPerMinute=2,seconds=900@90; stallSink@60s; freezeParticipant:identity=ben@1.5';
    expect(parseFaultSchedule(text)).toEqual([
      { atMs: 1_500, fault: { name: 'freezeParticipant', identity: 'ben', seconds: 10 } },
      { atMs: 60_000, fault: { name: 'stallSink', seconds: 10 } },
      { atMs: 90_000, fault: { name: 'leak', megabytesPerMinute: 2, seconds: 900 } },
    ]);
  });

  it.each([
    ['', 'empty'],
    ['stallSink', 'no fault with a moment'],
    ['stallSink@soon', 'no fault with a moment'],
    ['melt@5', 'There is no fault “melt”'],
    ['stallSink:seconds=0@5', 'seconds'],
    ['stallSink:seconds=ten@5', 'seconds'],
    ['stallSink:minutes=1@5', 'minutes'],
    ['leak:megabytesPerMinute=-1@5', 'megabytesPerMinute'],
  ])('refuses “%s” and says why', (text, reason) => {
    expect(() => parseFaultSchedule(text)).toThrow(reason);
  });
});
