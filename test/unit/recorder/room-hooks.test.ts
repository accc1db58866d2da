import { expect, it } from 'vitest';
import { PlateauError } from '../../../src-main/contract/errors.js';
import type { PublicationInfo } from '../../../src-main/livekit/publication-info.js';
import type { SubscribedTrack } from '../../../src-main/livekit/remote-track.js';
import { enterTracks } from '../../../src-main/recorder/open-take.js';
import { roomHooks } from '../../../src-main/recorder/room-hooks.js';
import type { Take } from '../../../src-main/take/take.js';

const info = { identity: 'ada', trackSid: 'TR_1' } as PublicationInfo;
const track = { info } as unknown as SubscribedTrack;
const missing = { info, error: new PlateauError('trackWithheld', 'Not received.', 'Ask.'), awaitedMs: 0 };
const ada = { identity: 'ada', name: 'Ada' };

/** A take that only writes down what it is told. */
function toldOf(mode: 'encode' | 'copy' | undefined): { told: string[]; take: Take } {
  const told: string[] = [];
  const note =
    (what: string) =>
    (...[subject]: readonly unknown[]): void =>
      void told.push(`${what}${typeof subject === 'boolean' ? ` ${subject}` : ''}`);
  const take = {
    request: { mode, audioOnly: true, isArmed: (identity: string) => identity === 'ada' },
    ...{ addTrack: note('track'), removeTrack: note('gone'), noteMissing: note('missing') },
    ...{ participantChanged: note('participant'), connectionChanged: note('connected') },
    onsets: { removed: note('judged') },
    clock: { nowMs: () => 7_000 },
    participants: { ended: (sid: string, ms: number) => told.push(`${sid} until ${ms}`) },
    files: {
      encoded: { taken: { ended: (sid: string, wasTold: boolean) => told.push(`${sid} ends ${wasTold}`) } },
    },
  };
  return { told, take: take as unknown as Take };
}

it.each([
  [
    'encode',
    undefined,
    [
      ...['connected false', 'track', 'missing', 'judged', 'gone'],
      ...['TR_1 ends true', 'TR_1 until 7000', 'participant'],
    ],
  ],
  ['copy', 'copy', ['connected false', 'track', 'judged', 'gone', 'TR_1 until 7000', 'participant']],
] as const)('leads to a take that is to %s what concerns it', (_, mode, expected) => {
  const { take, told } = toldOf(mode);
  const unused = (): never => {
    throw new Error('nothing of this kind happens');
  };
  const hooks = roomHooks({
    now: () => ({ state: 'recording', take, idle: null, receiver: null }),
    ...{ onRoom: () => undefined, onLost: unused, endTake: unused, awaitRoom: unused },
  });
  expect(hooks.isCopying()).toBe(mode === 'copy');
  const isCopied = (identity: string, kind: 'video' | 'audio'): boolean => hooks.isCopied({ identity, kind });
  expect([isCopied('ada', 'audio'), isCopied('ada', 'video'), isCopied('bob', 'audio')]).toEqual([
    mode === 'copy',
    false,
    false,
  ]);
  hooks.onConnection('reconnecting');
  hooks.onTrackSubscribed(track, 0);
  // What this connection does not receive, the one of a copied take may.
  hooks.onTrackMissing(missing);
  hooks.onTrackGone(track, true);
  hooks.onMissingEnded(info, true);
  // Whatever does not record it, and whoever received it.
  hooks.onPublicationEnded('TR_1');
  hooks.onParticipantChanged(ada as Parameters<typeof hooks.onParticipantChanged>[0]);
  expect(told).toEqual(expected);
});

it.each([
  [undefined, ['track', 'missing', 'participant']],
  ['copy', ['track', 'participant']],
] as const)('begins a take (%s) with who is in the room', (mode, expected) => {
  const { take, told } = toldOf(mode);
  enterTracks(take, { tracks: [track], missing: [missing], participants: () => [ada] } as never);
  expect(told).toEqual(expected);
});
