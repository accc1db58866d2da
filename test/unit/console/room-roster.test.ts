import { expect, it } from 'vitest';
import { RoomRoster } from '../../../src-main/console/room-roster.js';
import { PlateauError } from '../../../src-main/contract/errors.js';
import { describeParticipant } from '../../../src-main/contract/participant-description.js';
import type { Newcomers } from '../../../src-main/contract/settings.js';

const description = describeParticipant({ role: 'host' }, '');
const ada = { identity: 'ada', name: 'Ada', description };
const ben = { identity: 'ben', name: 'Ben', description: describeParticipant({}, '') };

function lines(
  roster: RoomRoster,
  present: readonly (typeof ada)[],
  armsNewcomers: Newcomers = 'on',
): string[] {
  return roster
    .list(present, [], armsNewcomers)
    .map(
      ({ identity, isPresent, isArmed }) =>
        `${identity}${isPresent ? '' : ' left'}${isArmed ? '' : ' unarmed'}`,
    );
}

it('arms everybody but who was disarmed, also when they come back', () => {
  const roster = new RoomRoster();
  roster.arm('ben', false);
  expect(roster.unarmed).toEqual(['ben']);
  expect(lines(roster, [ada, ben])).toEqual(['ada', 'ben unarmed']);
  expect(lines(roster, [ada])).toEqual(['ada']);
  expect(lines(roster, [ada, ben])).toEqual(['ada', 'ben unarmed']);
  roster.arm('ben', true);
  expect(roster.unarmed).toEqual([]);
});

it('keeps who left a running take on the list, until it ends', () => {
  const roster = new RoomRoster();
  roster.takeStarted([ada]);
  expect(lines(roster, [ada, ben])).toEqual(['ada', 'ben']);
  expect(lines(roster, [])).toEqual(['ada left', 'ben left']);
  roster.takeEnded();
  expect(lines(roster, [ada])).toEqual(['ada']);
});

it('has the name and the description of the moment, and the last ones of who has left', () => {
  const roster = new RoomRoster();
  roster.takeStarted([ada]);
  const renamed = { ...ada, name: 'Ada L.', description: describeParticipant({ role: 'guest' }, 'x') };
  for (const present of [[renamed], []]) {
    expect(roster.list(present, [], 'on')).toMatchObject([
      { name: 'Ada L.', description: { attributes: { role: 'guest' }, metadata: 'x' } },
    ]);
  }
});

it('forgets everything with the room', () => {
  const roster = new RoomRoster();
  roster.arm('ada', false);
  roster.takeStarted([ada]);
  roster.clear();
  expect(lines(roster, [])).toEqual([]);
  expect(lines(roster, [ada])).toEqual(['ada']);
});

it('arms only who was there, where newcomers are not armed', () => {
  const roster = new RoomRoster();
  expect(lines(roster, [ada], 'on')).toEqual(['ada']);
  expect(lines(roster, [ada, ben], 'off')).toEqual(['ada', 'ben unarmed']);
  // A change of mind is about newcomers only.
  expect(lines(roster, [ada, ben], 'on')).toEqual(['ada', 'ben unarmed']);
  expect(roster.armed).toEqual(['ada']);
  roster.arm('ben', true);
  expect(roster.armed).toEqual(['ada', 'ben']);
});

it('asks of whoever comes, and records nobody until it is answered', () => {
  const roster = new RoomRoster();
  const asked = (armsNewcomers: Newcomers): string[] =>
    roster
      .list([ada, ben], [], armsNewcomers)
      .filter(({ isAsked }) => isAsked)
      .map(({ identity }) => identity);
  expect(lines(roster, [ada, ben], 'ask')).toEqual(['ada unarmed', 'ben unarmed']);
  expect(asked('ask')).toEqual(['ada', 'ben']);
  expect(roster.armed).toEqual([]);
  roster.arm('ada', true);
  expect(asked('ask')).toEqual(['ben']);
  expect(roster.armed).toEqual(['ada']);
  // Another rule is about those who come later; who was asked for waits for an answer.
  expect(asked('on')).toEqual(['ben']);
  roster.arm('ben', false);
  expect(asked('ask')).toEqual([]);
  roster.clear();
  expect(asked('ask')).toEqual(['ada', 'ben']);
});

it('says of a track why it is not received', () => {
  const publication = (trackSid: string, role: 'camera' | 'microphone') =>
    ({
      trackSid,
      identity: 'ada',
      role,
      kind: role === 'camera' ? 'video' : 'audio',
    }) as unknown as Parameters<RoomRoster['list']>[1][number];
  const camera = publication('TR_1', 'camera');
  const error = new PlateauError('trackWithheld', 'The camera of ada is withheld.', '');
  const [listed] = new RoomRoster().list([ada], [camera, publication('TR_2', 'microphone')], 'on', [
    { info: camera, error },
  ]);
  expect(listed?.tracks.map(({ role, missingReason }) => [role, missingReason])).toEqual([
    ['camera', 'The camera of ada is withheld.'],
    ['microphone', null],
  ]);
});
