import { describe, expect, it } from 'vitest';
import { parseFaultSchedule } from '../../../../src-main/lab/faults/fault-schedule.js';

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

  it('reads a throttled network, its limit and its defaults', () => {
    expect(
      parseFaultSchedule('throttleNetwork:kilobitsPerSecond=300,seconds=8@5; throttleNetwork@20'),
    ).toEqual([
      { atMs: 5_000, fault: { name: 'throttleNetwork', kilobitsPerSecond: 300, seconds: 8 } },
      { atMs: 20_000, fault: { name: 'throttleNetwork', kilobitsPerSecond: 500, seconds: 20 } },
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
    ['throttleNetwork:kilobitsPerSecond=0@5', 'kilobitsPerSecond'],
  ])('refuses “%s” and says why', (text, reason) => {
    expect(() => parseFaultSchedule(text)).toThrow(reason);
  });
});
