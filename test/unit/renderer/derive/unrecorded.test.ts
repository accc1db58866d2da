import { expect, it } from 'vitest';
import {
  isAwaited,
  personRoles,
  silentTracks,
  unrecordedText,
} from '../../../../src-renderer/derive/unrecorded.js';
import { guests } from '../../../renderer/fake-states.js';

const [ada, guest] = guests(2);
if (ada === undefined || guest === undefined) throw new Error('there are two guests');
const ben = { ...guest, isArmed: false };
const gone = { ...guest, isPresent: false };
const arms = { settings: { armsNewcomers: 'on' as const } };
const leaves = { settings: { armsNewcomers: 'off' as const } };
const take = { recorder: 'recording' } as const;

it('says why a take has nobody in it', () => {
  expect(unrecordedText({ ...take, ...arms, participants: [ben] }, 0)).toBe(
    'Nobody is recorded yet: nobody is armed; whoever joins will be',
  );
  expect(unrecordedText({ ...take, ...leaves, participants: [ben, gone] }, 0)).toBe(
    'Nobody is recorded yet: nobody is armed',
  );
  expect(unrecordedText({ ...take, ...arms, participants: [gone] }, 0)).toBe(
    'Nobody is recorded yet: waiting for somebody to join',
  );
});

it('says nothing once a file has begun, of somebody who is armed, and while no take runs', () => {
  expect(unrecordedText({ ...take, ...arms, participants: [ben] }, 1)).toBeNull();
  expect(unrecordedText({ ...take, ...arms, participants: [ada, ben] }, 0)).toBeNull();
  expect(unrecordedText({ recorder: 'ready', ...arms, participants: [] }, 0)).toBeNull();
});

it('waits for somebody of whom nothing arrives, and for nobody who has muted all of it', () => {
  const silent = silentTracks({
    alarms: (['camera', 'microphone'] as const).map((role) => ({
      ...{ trackSid: role, identity: ada.identity, role, hadSignal: false, durationMs: 9_000 },
      kind: role === 'camera' ? 'noFrames' : 'noAudio',
    })),
  });
  expect(isAwaited(ada, silent, personRoles)).toBe(true);
  expect(isAwaited(ada, [`${ada.identity}/camera`], personRoles)).toBe(false);
  const cameras = ['camera', 'another'].map((trackSid) => ({
    ...({ role: 'camera', kind: 'video', isMuted: false, isSubscribed: true, isEncrypted: false } as const),
    ...{ declaredSize: null, trackSid },
  }));
  // Their second camera is written.
  expect(isAwaited({ ...ada, tracks: cameras }, silent, personRoles)).toBe(false);
  expect(isAwaited({ ...ada, tracks: cameras.slice(0, 1) }, silent, personRoles)).toBe(true);
  expect(isAwaited(ada, [], personRoles)).toBe(false);
  expect(isAwaited({ ...ada, tracks: [] }, [], personRoles)).toBe(true);
  expect(isAwaited({ ...ada, isArmed: false, tracks: [] }, [], personRoles)).toBe(false);
  const muted = ada.tracks.map((track) => ({ ...track, isMuted: true }));
  expect(isAwaited({ ...ada, tracks: muted }, silent, personRoles)).toBe(false);
  expect(unrecordedText({ ...take, ...arms, participants: [ada, ben] }, 1, silent)).toBe(
    'Nobody is recorded now: nothing arrives from Ada Lovelace',
  );
  expect(unrecordedText({ ...take, ...arms, participants: [{ ...ada, tracks: [] }] }, 0)).toBe(
    'Nobody is recorded yet: nothing arrives from Ada Lovelace',
  );
  expect(unrecordedText({ ...take, ...arms, participants: [ada, guest] }, 1, silent)).toBeNull();
});
