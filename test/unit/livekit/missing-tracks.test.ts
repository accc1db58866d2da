import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MissingTracks } from '../../../src-main/livekit/missing-tracks.js';
import type { PublicationInfo } from '../../../src-main/livekit/publication-info.js';

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

it('says nothing of a moment, of what came, of what was given up, and of a connection that was lost', () => {
  missing.expect(microphone);
  vi.advanceTimersByTime(500);
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
  vi.advanceTimersByTime(500);
  missing.tellUnanswered();
  expect(told).toEqual([]);
  vi.advanceTimersByTime(700);
  missing.taken({ ...microphone, trackSid: 'TR_2' }, 0);
  missing.tellUnanswered();
  missing.tellUnanswered();
  expect(told).toEqual([
    'trackWithheld: The microphone of eve is not recorded: it had been published for 1.2 s and was not handed over yet when the take ended.',
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
