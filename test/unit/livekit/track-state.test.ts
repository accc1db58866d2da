import { expect, it } from 'vitest';
import { trackStateIn } from '#engine/livekit/room-publications.js';

const publications = [
  { trackSid: 'TR_on', isMuted: false, isSubscribed: true },
  { trackSid: 'TR_comes', isMuted: false, isSubscribed: true, isDelivering: true },
  { trackSid: 'TR_muted', isMuted: true, isSubscribed: true },
  { trackSid: 'TR_kept', isMuted: false, isSubscribed: false },
];

it.each([
  ['TR_on', false, 'on'],
  ['TR_comes', false, 'delivers'],
  ['TR_muted', false, 'muted'],
  ['TR_gone', false, 'ended'],
  ['TR_kept', false, 'notReceived'],
  // Beside a copied take nothing has to be subscribed here.
  ['TR_kept', true, 'on'],
  ['TR_comes', true, 'on'],
  ['TR_muted', true, 'muted'],
] as const)('%s, received elsewhere %s: %s', (trackSid, isElsewhere, state) => {
  expect(trackStateIn(publications, trackSid, isElsewhere)).toBe(state);
});
