import { expect, it } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import { planSpace, type SpaceRequest } from '../../../src-main/take/space-plan.js';

const hourMs = 3_600_000;
const roomy = { freeBytes: 1e12, maxFileBytes: null, writeBytesPerSecond: 200e6 };
const request: SpaceRequest = { audioOnly: false, participants: null, profile: profiles['720p30'] };

it('says nothing of a disk that has what is needed, or does not say what it has', () => {
  expect(planSpace(request, roomy)).toEqual([]);
  expect(planSpace({ ...request, plannedMs: 100 * hourMs }, roomy)).toEqual([]);
  const silent = { freeBytes: null, maxFileBytes: null, writeBytesPerSecond: null };
  expect(planSpace({ ...request, plannedMs: 100 * hourMs }, silent)).toEqual([]);
});

it.each([
  ['one camera', request, 1.2e9, 1],
  ['three cameras', { ...request, participants: ['ada', 'ben', 'eve'] }, 3.5e9, 1],
  ['a larger canvas', { ...request, profile: profiles['1080p30'] }, 2.7e9, 1],
  ['a bit rate', { ...request, profile: { ...profiles['720p30'], videoBitrateKbps: 8_000 } }, 3.4e9, 1],
  ['microphones', { ...request, audioOnly: true }, 100e6, 1],
])('reckons an hour of %s', (_what, asked, freeBytes, count) => {
  expect(planSpace(asked, { ...roomy, freeBytes })).toHaveLength(count);
  expect(planSpace(asked, { ...roomy, freeBytes: 2 * freeBytes })).toEqual([]);
});

it('refuses a planned length only when it cannot fit in any case', () => {
  const planned = { ...request, plannedMs: 10 * hourMs };
  expect(planSpace(planned, { ...roomy, freeBytes: 6e9 })).toHaveLength(1);
  expect(() => planSpace(planned, { ...roomy, freeBytes: 2e9 })).toThrow(/^A take of 10 h does not fit/);
  expect(planSpace(request, { ...roomy, freeBytes: 60e6 })).toHaveLength(1);
});

it('says where a file ends', () => {
  expect(planSpace(request, { ...roomy, maxFileBytes: 2 ** 32 - 1 })[0]).toMatch(/ends at 4.29 GB/);
  expect(planSpace(request, { ...roomy, maxFileBytes: 1e12 })).toEqual([]);
  const planned = { ...request, plannedMs: 48 * hourMs };
  expect(() => planSpace(planned, { ...roomy, maxFileBytes: 2 ** 32 - 1 })).toThrow(/a file on this disk/);
});

it('warns of a disk that is slower than what is to be written', () => {
  const three = { ...request, participants: ['ada', 'ben', 'eve'] };
  expect(planSpace(three, { ...roomy, writeBytesPerSecond: 1.5e6 })[0]).toMatch(/writes 1.50 MB a second/);
  expect(planSpace(three, { ...roomy, writeBytesPerSecond: 5e6 })).toEqual([]);
});

it('reckons with twice the space where the backup is on the same disk', () => {
  const disk = { ...roomy, freeBytes: 2e9, writeBytesPerSecond: 1e6 };
  expect(planSpace(request, disk)).toEqual([]);
  const [space, speed] = planSpace({ ...request, copies: 2 }, disk);
  expect(space).toMatch(/about 44 min.* of one participant, and of the backup\.$/);
  expect(speed).toMatch(/one participant, and of the backup may need [67]\d\d kB\.$/);
  const planned = { ...request, plannedMs: 10 * hourMs };
  expect(planSpace(planned, { ...roomy, freeBytes: 4e9 })).toHaveLength(1);
  expect(() => planSpace({ ...planned, copies: 2 }, { ...roomy, freeBytes: 4e9 })).toThrow(/does not fit/);
});
