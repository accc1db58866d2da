import { expect, it } from 'vitest';
import type { TrackRole } from '../../../src-main/contract/track-roles.js';
import type { PublicationInfo } from '../../../src-main/livekit/publication-info.js';
import { type PlacedTrack, TrackPlaces } from '../../../src-main/take/track-places.js';

let serial = 0;

function track(role: TrackRole, identity = 'ada'): PlacedTrack {
  serial += 1;
  const info: PublicationInfo = {
    trackSid: `TR_${serial}`,
    identity,
    participantName: identity,
    role,
    isRoleDeclared: true,
    name: '',
    kind: role === 'camera' || role === 'screenShare' ? 'video' : 'audio',
    declaredSize: null,
    isSimulcast: false,
    isMuted: false,
    isEncrypted: false,
    needsKey: false,
  };
  return { info };
}

/** Its publisher has not said what it is. */
function unknownOf(role: TrackRole): PlacedTrack {
  return { info: { ...track(role).info, isRoleDeclared: false } };
}

it('puts camera and microphone into one file, and a screen with its audio into another', () => {
  const places = new TrackPlaces();
  const [camera, microphone, screen, audio] = [
    track('camera'),
    track('microphone'),
    track('screenShare'),
    track('screenShareAudio'),
  ].map((one) => places.give(one, [], 0));
  expect(camera?.fileKey).toBe(microphone?.fileKey);
  expect(screen?.fileKey).toBe(audio?.fileKey);
  expect(camera?.fileKey).not.toBe(screen?.fileKey);
  expect([camera, screen].map((place) => place?.subject)).toEqual([
    { identity: 'ada', participantName: 'ada', kind: 'participant', trackNumber: 1 },
    { identity: 'ada', participantName: 'ada', kind: 'screenShare', trackNumber: 1 },
  ]);
});

it.each<TrackRole>(['camera', 'microphone', 'screenShare', 'screenShareAudio'])(
  'gives every further %s a file of its own, whatever the others are called',
  (role) => {
    const places = new TrackPlaces();
    const others = ['camera', 'microphone', 'screenShare', 'screenShareAudio'] as const;
    const all = [
      ...others.flatMap((other) => [places.give(track(other), [], 0), places.give(track(other), [], 0)]),
      places.give(track(role), [], 0),
      places.give(track(role, 'ada:2'), [], 0),
      places.give(track(role, '2:ada'), [], 0),
    ];
    // Of the eight, four share two files.
    expect(new Set(all.map(({ fileKey }) => fileKey)).size).toBe(all.length - 2);
    expect(all.at(-3)?.subject.trackNumber).toBe(3);
  },
);

it('frees nobody else’s place when a track ends', () => {
  const places = new TrackPlaces();
  const [first, second] = [track('microphone'), track('microphone')];
  const firstPlace = places.give(first, [], 0);
  const secondPlace = places.give(second, [], 0);
  places.free(first);
  expect(places.find(first)).toBeUndefined();
  expect(places.find(second)).toBe(secondPlace);
  // Who republishes goes on in the file of before.
  expect(places.give(track('microphone'), [], 0).fileKey).toBe(firstPlace.fileKey);
  expect(places.give(track('microphone'), [], 0).subject.trackNumber).toBe(3);
  places.free(second);
  places.free(second);
  expect(places.give(track('microphone'), [], 0).fileKey).toBe(secondPlace.fileKey);
});

it('keeps the first place for the microphone that says that it is one', () => {
  const places = new TrackPlaces();
  const [unknown, microphone] = [unknownOf('microphone'), track('microphone')];
  expect(places.give(unknown, [microphone.info], 0).subject.trackNumber).toBe(2);
  expect(places.displacedBy(microphone)).toBeUndefined();
  expect(places.give(microphone, [unknown.info, microphone.info], 0).subject.trackNumber).toBe(1);
});

it.each<TrackRole>(['camera', 'microphone', 'screenShare', 'screenShareAudio'])(
  'gives the first place to the %s that was published first, whichever comes first',
  (role) => {
    const places = new TrackPlaces();
    const [first, second, third] = [track(role), track(role), track(role)];
    const other = track(role === 'camera' ? 'microphone' : 'camera');
    const published = [first, other, second, third].map(({ info }) => info);
    expect(places.give(third, published, 0).subject.trackNumber).toBe(3);
    expect(places.give(second, published, 0).subject.trackNumber).toBe(2);
    expect(places.give(first, published, 0).subject.trackNumber).toBe(1);
    // Who publishes another one when the first has ended goes on in its file.
    places.free(first);
    const [, , ...still] = published;
    const fourth = track(role);
    expect(places.give(fourth, [...still, fourth.info], 0).subject.trackNumber).toBe(1);
  },
);

it('gives the first place to one that is published anew, also while the one before is listed still', () => {
  const places = new TrackPlaces();
  const [first, second] = [track('microphone'), track('microphone')];
  places.give(first, [first.info], 0);
  places.free(first);
  expect(places.give(second, [first.info, second.info], 0).subject.trackNumber).toBe(1);
});

it.each([{ needsKey: true }, { isMissing: true }])('keeps no place for one that does not come: %o', (why) => {
  const places = new TrackPlaces();
  const [first, second] = [track('microphone'), track('microphone')];
  const published = [{ ...first.info, ...why }, second.info];
  expect(places.give(second, published, 0).subject.trackNumber).toBe(1);
});

it('says who has to leave the first place to the camera that says that it is one', () => {
  const places = new TrackPlaces();
  const [unknown, camera, second] = [unknownOf('camera'), track('camera'), track('camera')];
  // Where nothing else is published it has the first place: camera and microphone of who names neither are in one file.
  expect(places.give(unknown, [unknown.info], 0).subject.trackNumber).toBe(1);
  expect(places.displacedBy(unknownOf('camera'))).toBeUndefined();
  expect(places.displacedBy(track('microphone'))).toBeUndefined();
  expect(places.displacedBy(track('camera', 'bob'))).toBeUndefined();
  expect(places.displacedBy(camera)).toBe(unknown);
  places.free(unknown);
  expect(places.give(camera, [], 0).subject.trackNumber).toBe(1);
  expect(places.give(unknown, [camera.info], 0).subject.trackNumber).toBe(2);
  // Neither of two cameras displaces the other.
  expect(places.displacedBy(second)).toBeUndefined();
});

it('knows a track that it has placed', () => {
  const places = new TrackPlaces();
  const one = track('camera');
  expect(places.give(one, [], 0)).toBe(places.give(one, [], 0));
});

it('knows a track that was published anew, although the end of the one before is heard of later', () => {
  const places = new TrackPlaces();
  const [old, anew, other] = [track('microphone'), track('microphone'), track('camera')];
  places.give(old, [], 0);
  places.give(other, [], 9_800);
  places.give(anew, [], 10_000);
  expect(places.successorOf(old, 10_400)).toBe(anew);
  expect(places.successorOf(anew, 10_400)).toBeUndefined();
  // Two that were on beside each other are two.
  expect(places.successorOf(old, 12_000)).toBeUndefined();
});

it('leaves a free place out whose file cannot hold the track', () => {
  const places = new TrackPlaces();
  const camera = track('camera');
  const asked: string[] = [];
  const place = places.give(camera, [], 0, (fileKey) => {
    asked.push(fileKey);
    return asked.length > 1;
  });
  expect(place.subject.trackNumber).toBe(2);
  expect([...new Set(asked)]).toEqual(['participant:ada', place.fileKey]);
});
