import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PublicationInfo } from '#engine/livekit/publication-info.js';
import { lateSince } from '#engine/recorder/late-begin.js';

const microphone: PublicationInfo = {
  ...{ trackSid: 'TR_1', identity: 'ada', participantName: 'Ada', role: 'microphone', isRoleDeclared: true },
  ...{ name: '', kind: 'audio', declaredSize: null, isSimulcast: false, isMuted: false, isEncrypted: false },
  needsKey: false,
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it.each<[string, Partial<PublicationInfo>, number, number | undefined]>([
  ['what was sent for a second and more', {}, 1_700, 1_700],
  ['nothing of a moment', {}, 900, undefined],
  ['nothing of who is muted', { isMuted: true }, 1_700, undefined],
  ['nothing of what needs a key', { isEncrypted: true, needsKey: true }, 1_700, undefined],
  ['nothing of who is not to be recorded', { identity: 'bob' }, 1_700, undefined],
])('misses %s', (_, change, tookMs, expected) => {
  const published = [{ ...microphone, ...change }];
  const lateMs = lateSince(
    { published, wantedAtMs: performance.now() },
    ({ identity }) => identity === 'ada',
  );
  vi.advanceTimersByTime(tookMs);
  expect(lateMs()).toBe(expected);
});

it('misses nothing where nobody publishes', () => {
  const lateMs = lateSince({ published: [], wantedAtMs: performance.now() - 5_000 }, () => true);
  expect(lateMs()).toBeUndefined();
});
