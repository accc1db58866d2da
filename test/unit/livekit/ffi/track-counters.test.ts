import { beforeEach, expect, it, vi } from 'vitest';
import type { FrameDispatcher } from '../../../../src-main/livekit/ffi/frame-dispatcher.js';
import { TrackCounters } from '../../../../src-main/livekit/ffi/track-counters.js';
import type { TrackAnswer } from '../../../../src-main/livekit/ffi/track-statistics.js';
import { HeldBack } from '../../../../src-main/pipeline/held-back.js';

const answers = vi.hoisted(() => ({ give: (_answer: unknown, _hasFailed: boolean): void => undefined }));

vi.mock('../../../../src-main/livekit/ffi/track-statistics.js', () => ({
  requestTrackStatistics: (
    _dispatcher: unknown,
    _handle: bigint,
    _buffer: unknown,
    _discarded: unknown,
    onAnswer: (answer: unknown, hasFailed: boolean) => void,
  ) => {
    answers.give = onAnswer;
  },
}));

let counters: TrackCounters;
const nobody: unknown = {};

function answer(packetsReceived: number | null, hasFailed = false): void {
  counters.ask(1n);
  const statistics: unknown = { packetsReceived };
  const named = { statistics: statistics as TrackAnswer['statistics'], videoCounts: null };
  answers.give(packetsReceived === null ? null : named, hasFailed);
}

beforeEach(() => {
  counters = new TrackCounters(nobody as FrameDispatcher, new HeldBack(), () => undefined);
});

it('knows of a track that was counted that nothing receives it any more', () => {
  answer(10);
  answer(null);
  // One may be of the moment in which a session is negotiated.
  expect(counters.isGone).toBe(false);
  answer(12);
  answer(null);
  expect(counters.isGone).toBe(false);
  answer(null);
  expect(counters.isGone).toBe(true);
  expect(counters.latest).toMatchObject({ packetsReceived: 12 });
});

it('says nothing of a track while the SDK mends the connection', () => {
  answer(10);
  answer(null);
  counters.isMended = true;
  for (let again = 0; again < 5; again += 1) answer(null);
  expect(counters.isGone).toBe(false);
  counters.isMended = false;
  expect(counters.isGone).toBe(false);
  answer(null);
  answer(null);
  expect(counters.isGone).toBe(true);
});

it('says nothing of a track that WebRTC could not be asked of', () => {
  answer(10);
  for (let again = 0; again < 5; again += 1) answer(null, true);
  expect(counters.isGone).toBe(false);
});

it('asks often until that is sure', () => {
  for (let again = 0; again < 20; again += 1) answer(again);
  expect(counters.isSettled).toBe(true);
  answer(null);
  expect(counters.isSettled).toBe(false);
});

it('says nothing of a track that has not been counted yet, nor of one that is subscribed anew', () => {
  for (let again = 0; again < 5; again += 1) answer(null);
  expect(counters.isGone).toBe(false);
  answer(10);
  answer(null);
  answer(null);
  counters.restart();
  expect(counters.isGone).toBe(false);
  answer(null);
  answer(null);
  expect(counters.isGone).toBe(false);
});
