import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MissingTracks } from '../../../src-main/livekit/missing-tracks.js';
import type { PublicationInfo } from '../../../src-main/livekit/publication-info.js';
import { TrackOnset } from '../../../src-main/pipeline/track-onset.js';

const microphone = { trackSid: 'TR_1', identity: 'eve', role: 'microphone' } as PublicationInfo;

let told: string[];
let ended: string[];
let missing: MissingTracks;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  ended = [];
  missing = new MissingTracks(
    {
      onTrackMissing: ({ error }) => told.push(`${error.code}: ${error.message}`),
      onMissingEnded: ({ trackSid }, wasTold) => ended.push(`${trackSid} ${wasTold ? 'missing' : 'taken'}`),
    },
    () => true,
  );
});

afterEach(() => {
  vi.useRealTimers();
});

it('names who looked in for a second and was gone before anything of them came', () => {
  missing.expect(microphone);
  vi.advanceTimersByTime(1_200);
  missing.ended('TR_1');
  expect(told).toEqual([
    'subscriptionFailed: The microphone of eve is not recorded: it was published for 1.2 s and ended before the server had handed it over.',
  ]);
  // Nobody is missing any more, and nothing more is told.
  expect(missing.all).toEqual([]);
  vi.advanceTimersByTime(10_000);
  missing.ended('TR_1');
  expect(told).toHaveLength(1);
});

it('names who was on for little more than half a second, too', () => {
  missing.expect(microphone);
  vi.advanceTimersByTime(600);
  missing.ended('TR_1');
  expect(told).toEqual([expect.stringContaining('it was published for 0.6 s and ended before')]);
});

it('says nothing of a moment, of what came, of what was given up, and of a connection that was lost', () => {
  missing.expect(microphone);
  vi.advanceTimersByTime(490);
  missing.ended('TR_1');
  // Who is muted sends nothing.
  missing.expect({ ...microphone, isMuted: true });
  vi.advanceTimersByTime(2_000);
  missing.ended('TR_1');
  for (const settle of [() => missing.settle('TR_1'), () => missing.clear()]) {
    missing.expect(microphone);
    vi.advanceTimersByTime(2_000);
    settle();
    missing.ended('TR_1');
  }
  expect(told).toEqual([]);
});

it('says of what is waited for when a take ends that it is in no file, and of nothing else', () => {
  missing.expect(microphone);
  vi.advanceTimersByTime(490);
  missing.tellUnanswered();
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1_010);
  missing.taken({ ...microphone, trackSid: 'TR_2' }, 0);
  missing.tellUnanswered();
  missing.tellUnanswered();
  expect(told).toEqual([
    'trackWithheld: The microphone of eve is not recorded: it had been published for 1.5 s and was not handed over yet when the take ended.',
  ]);
  // It may come after all, into another take.
  expect(missing.settle('TR_1')).toBe(true);
});

it('says once what was not handed over at all', () => {
  missing.expect(microphone);
  vi.advanceTimersByTime(3_000);
  missing.ended('TR_1');
  expect(told).toEqual([expect.stringMatching(/^trackWithheld: The microphone of eve is not received/)]);
});

it('says of what was received and taken away that it was, unless it turns out to have ended', () => {
  missing.taken(microphone, 1_200);
  vi.advanceTimersByTime(900);
  missing.ended('TR_1');
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual([]);
  expect(ended).toEqual(['TR_1 taken']);
  // Together with what it took to notice no longer than what never came; a moment is always left for its end.
  missing.taken(microphone, 1_200);
  vi.advanceTimersByTime(1_200);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(told).toEqual([
    expect.stringMatching(
      /^trackWithheld: The microphone of eve is not received any more: .*has taken it away/,
    ),
  ]);
  expect(missing.all).toMatchObject([{ awaitedMs: 2_500 }]);
  missing.ended('TR_1');
  missing.ended('TR_1');
  expect(ended).toEqual(['TR_1 taken', 'TR_1 missing']);
  missing.taken(microphone, 3_200);
  vi.advanceTimersByTime(1_000);
  expect(told).toHaveLength(2);
});

it('says how long one had been on that comes late, and nothing of a moment', () => {
  missing.expect(microphone);
  vi.advanceTimersByTime(900);
  expect(missing.came('TR_1')).toEqual({
    wasMissing: false,
    lateMs: 0,
    onset: expect.any(TrackOnset) as unknown,
  });
  missing.expect(microphone);
  vi.advanceTimersByTime(1_010);
  expect(missing.came('TR_1')).toEqual({ wasMissing: false, lateMs: 1_010, onset: null });
  // What was told when it was found out is not told twice, and what was received before has its gap.
  missing.expect(microphone);
  vi.advanceTimersByTime(3_000);
  expect(missing.came('TR_1')).toEqual({ wasMissing: true, lateMs: 0, onset: null });
  missing.taken(microphone);
  vi.advanceTimersByTime(2_000);
  expect(missing.came('TR_1')).toEqual({ wasMissing: false, lateMs: 0, onset: null });
});

it.each([
  // Off and on again while it is waited for.
  [[300, true, 1_500, false, 200], 0],
  [[300, true, 500, false, 800], 1_100],
  // On for a moment, and off when it comes: all that was said is missing.
  [[900, true, 150], 900],
  [[700, true, 1_500], 0],
  // From the first moment on.
  [['muted', 2_000, false, 400], 0],
  [['muted', 1_000, false, 1_200], 1_200],
] as const)('counts what it lacks while its owner has it on: %j', (steps, lateMs) => {
  missing.expect({ ...microphone, isMuted: steps[0] === 'muted' });
  for (const step of steps) {
    if (typeof step === 'number') vi.advanceTimersByTime(step);
    else if (step !== 'muted') missing.muted('TR_1', step);
  }
  expect(missing.came('TR_1').lateMs).toBe(lateMs);
});
