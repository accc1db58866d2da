import { expect, it } from 'vitest';
import { describeParticipant } from '#engine/contract/participant-description.js';
import type { PublicationInfo } from '#engine/livekit/publication-info.js';
import type { ParticipantInfo } from '#engine/livekit/room-listener.js';
import { TakeParticipants } from '#engine/take/take-participants.js';

const described = (
  name: string,
  attributes: Record<string, string> = {},
  metadata = '',
): ParticipantInfo => ({ identity: 'ada', name, description: describeParticipant(attributes, metadata) });

const track = (participantName: string): PublicationInfo => ({
  ...{
    trackSid: 'TR_1',
    identity: 'ada',
    participantName,
    role: 'microphone',
    isRoleDeclared: true,
    name: '',
  },
  ...{ kind: 'audio', declaredSize: null, isSimulcast: false, isMuted: false, isEncrypted: false },
  needsKey: false,
});

function inRoom(first: ParticipantInfo) {
  let present: ParticipantInfo | undefined = first;
  const participants = new TakeParticipants(() => present);
  participants.came(track(first.name), 0);
  const is = (now: ParticipantInfo | undefined): void => {
    present = now;
  };
  const change = (now: ParticipantInfo): void => {
    is(now);
    participants.changed(now);
  };
  return { participants, is, change, listed: () => participants.entries.participants?.[0] };
}

it('keeps what was said of who comes back and says nothing', () => {
  const { change, is, listed, participants } = inRoom(described('Ada', {}, 'from the token'));
  change(described('Ada', { seat: '12' }, 'from the token'));
  is(described('Ada'));
  participants.came(track('Ada'), 2_000);
  expect(listed()).toMatchObject({ attributes: { seat: '12' }, metadata: 'from the token' });
  // Another name says nothing of that either.
  change(described('Countess'));
  expect(listed()).toMatchObject({ name: 'Countess', attributes: { seat: '12' } });
  change(described('Countess', { seat: '14' }));
  expect(listed()).toMatchObject({ attributes: { seat: '14' }, metadata: '' });
});

it('keeps it as well when they had left again before that was looked at', () => {
  const { is, listed, participants } = inRoom(described('Ada', { seat: '12' }));
  is(undefined);
  participants.came(track('Ada'), 2_000);
  expect(listed()).toMatchObject({ name: 'Ada', formerNames: [], attributes: { seat: '12' } });
});

it('has nothing of what somebody has taken back, who is there', () => {
  const { change, listed, participants } = inRoom(described('Ada', { seat: '12' }));
  change(described('Ada'));
  participants.came(track('Ada'), 2_000);
  expect(listed()?.attributes).toEqual({});
});

it('lists each former name once, and not the one that they have', () => {
  const { change, listed } = inRoom(described('Ada'));
  for (const name of ['Countess', 'Ada', 'Countess', 'Lovelace', 'Ada']) change(described(name));
  expect(listed()).toMatchObject({ name: 'Ada', formerNames: ['Countess', 'Lovelace'] });
});
