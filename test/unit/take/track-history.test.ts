import { expect, it } from 'vitest';
import { caps } from '../../../src-main/contract/limits.js';
import { manifestFileSchema } from '../../../src-main/contract/manifest.js';
import type { PublicationInfo } from '../../../src-main/livekit/publication-info.js';
import { TrackHistory } from '../../../src-main/take/track-history.js';

function track(trackSid: string): { readonly info: PublicationInfo } {
  const info = { trackSid, name: `name of ${trackSid}`, role: 'microphone' };
  return { info: info as PublicationInfo };
}

/** Of a take that was not split. */
const whole = { startMs: 0, endMs: null };

it('says which track was recorded from when until when', () => {
  const history = new TrackHistory();
  const [first, second] = [track('TR_1'), track('TR_2')];
  history.began(first, -0.4);
  history.ended(first, 4_000.4);
  history.began(second, 5_000);
  expect(history.listedIn(whole).tracks).toEqual([
    { trackSid: 'TR_1', name: 'name of TR_1', role: 'microphone', fromMs: 0, untilMs: 4_000 },
    { trackSid: 'TR_2', name: 'name of TR_2', role: 'microphone', fromMs: 5_000, untilMs: null },
  ]);
  history.allEnded(9_000);
  expect(history.listedIn(whole).tracks.map(({ untilMs }) => untilMs)).toEqual([4_000, 9_000]);
  expect(manifestFileSchema.shape.tracks.parse(history.listedIn(whole).tracks)).toEqual(
    history.listedIn(whole).tracks,
  );
});

it('says of which tracks stereo is mixed to mono, also when they have ended', () => {
  const history = new TrackHistory();
  const first: { info: PublicationInfo; mixedToMono: 'token' | null } = {
    ...track('TR_1'),
    mixedToMono: null,
  };
  history.began(first, 0);
  history.began(track('TR_2'), 0);
  expect(history.listedIn(whole).tracks[0]).not.toHaveProperty('mixedToMono');
  // It is known from its first packets on.
  first.mixedToMono = 'token';
  history.ended(first, 4_000);
  // And says nothing of it any more when it is gone.
  first.mixedToMono = null;
  const { tracks } = history.listedIn(whole);
  expect(tracks.map(({ mixedToMono }) => mixedToMono)).toEqual(['token', undefined]);
  expect(manifestFileSchema.shape.tracks.parse(tracks)).toEqual(tracks);
});

it('is bounded, and says how many it does not list', () => {
  const history = new TrackHistory();
  for (let number = 0; number < caps.tracksPerFile + 7; number += 1) history.began(track(`TR_${number}`), 0);
  expect(history.listedIn(whole).tracks).toHaveLength(caps.tracksPerFile);
  expect(history.listedIn(whole).tracksNotListed).toBe(7);
  history.ended(track('TR_999'), 10);
});

it('opens a manifest of an older version, which has neither numbers nor tracks', () => {
  const { trackNumber, tracks, tracksNotListed } = manifestFileSchema.shape;
  expect([trackNumber, tracks, tracksNotListed].map((field) => field.parse(undefined))).toEqual([1, [], 0]);
});
