import { expect, it } from 'vitest';
import type { RecordedTrackEntry } from '#engine/contract/recorded-track.js';
import { mixedToMonoSentences } from '#engine/format/stereo-text.js';

function track(mixedToMono?: RecordedTrackEntry['mixedToMono']): RecordedTrackEntry {
  const entry = { trackSid: 'TR_1', name: '', role: 'microphone', fromMs: 0, untilMs: null } as const;
  return mixedToMono === undefined ? entry : { ...entry, mixedToMono };
}

it('says whose stereo is lost, and why: each person once for each reason', () => {
  expect(
    mixedToMonoSentences([
      { identity: 'ada', tracks: [track('token'), track('token')] },
      { identity: 'ben', tracks: [track()], furtherAudio: [{ tracks: [track('token')] }] },
      { identity: 'eve', tracks: [track('stalled')] },
      { identity: 'fay', tracks: [track()] },
    ]),
  ).toEqual([
    expect.stringMatching(
      /^In one channel, and mixed if it was sent in two: ada \(microphone\), ben \(microphone\)\. .*a token that may not publish/,
    ),
    expect.stringMatching(/^In one channel, .*: eve \(microphone\)\. .*stopped to hear the server/),
  ]);
});

it('says nothing of a take that holds what was sent, or of an older version', () => {
  expect(mixedToMonoSentences([{ identity: 'ada', tracks: [track()] }])).toEqual([]);
  expect(mixedToMonoSentences([{ identity: 'ada', tracks: [] }])).toEqual([]);
});
