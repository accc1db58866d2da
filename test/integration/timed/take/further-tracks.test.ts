import { join } from 'node:path';
import { TrackSource } from '@livekit/rtc-node';
import { RoomServiceClient } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import { profiles } from '#engine/contract/profile.js';
import { between, colorsOf, readingMs, toneShares } from '../../../fixtures/plain-content.js';
import { type PlainColor, PlainParticipant } from '../../../fixtures/plain-participant.js';
import type { FinishedTake } from '../../../fixtures/recording-harness.js';
import { shareHarness } from '../../../fixtures/shared-harness.js';
import { SharedTake, timedTest } from '../../../fixtures/timed-test.js';

const size = { width: 160, height: 90, fps: 10 };
const red: PlainColor = [81, 90, 240];
const blue: PlainColor = [41, 240, 110];
const lanes = { camera: red, secondCamera: blue, screen: red, secondScreen: blue } as const;

/** A take, and when, in seconds of it, something was done in the room; tracks come and go a moment later. */
interface Recorded {
  readonly take: FinishedTake;
  readonly atS: { secondOn: number; secondOff: number; firstOff: number };
  /** What dora's cameras sent late. */
  readonly lateFrames: number;
  readonly overload: string | null;
}

const harness = shareHarness();

const shared = new SharedTake(() => record());

async function record(): Promise<Recorded> {
  const atS = { secondOn: 0, secondOff: 0, firstOff: 0 };
  const people: PlainParticipant[] = [];
  const firstOnes: { unpublish(): Promise<void> }[] = [];
  const finished = await harness.record({
    profile: { ...profiles.source, canvas: { width: 160, height: 90 }, maxFps: null },
    participants: [],
    before: async (room) => {
      const ada = await PlainParticipant.join(room, 'ada');
      people.push(ada);
      firstOnes.push(await ada.publishTone(440), await ada.publishVideo({ ...size, color: lanes.camera }));
      firstOnes.push(
        await ada.publishVideo({ ...size, color: lanes.screen, source: TrackSource.SOURCE_SCREENSHARE }),
      );
      // Somebody whose publisher says of nothing what it is, at first.
      const dora = await PlainParticipant.join(room, 'dora');
      people.push(dora);
      await dora.publishTone(880, TrackSource.SOURCE_UNKNOWN);
      await dora.publishVideo({ ...size, color: lanes.secondCamera, source: TrackSource.SOURCE_UNKNOWN });
    },
    during: async ({ recorder, until, event, plainRoom }) => {
      const now = (): number => (recorder.snapshot().takeMs ?? NaN) / 1000;
      const [ada, dora] = people;
      if (ada === undefined || dora === undefined) throw new Error('nobody is there');
      await until(2);
      const { url, apiKey, apiSecret, room } = plainRoom;
      await new RoomServiceClient(url.replace(/^ws/, 'http'), apiKey, apiSecret).updateParticipant(
        room,
        'ada',
        {
          name: 'Ada Lovelace',
          attributes: { role: 'guest' },
          metadata: '{"seat":1}',
        },
      );
      await event('participantRenamed');
      atS.secondOn = now();
      const further = [
        await ada.publishTone(880, TrackSource.SOURCE_UNKNOWN, 'background'),
        await ada.publishVideo({ ...size, color: lanes.secondCamera, name: 'table' }),
        await ada.publishVideo({
          ...size,
          color: lanes.secondScreen,
          source: TrackSource.SOURCE_SCREENSHARE,
        }),
      ];
      await dora.publishTone(440);
      await dora.publishVideo({ ...size, color: lanes.camera });
      // Somebody whose tracks end before they come through.
      const bob = await PlainParticipant.join(plainRoom, 'bob');
      const carl = await PlainParticipant.join(plainRoom, 'carl');
      people.push(bob, carl);
      for (let round = 0; round < 12; round += 1) await (await bob.publishTone(660)).unpublish();
      await until(5.5);
      // Somebody who publishes anew: the new track is there before the old one has ended.
      const before = await carl.publishTone(440);
      await until(6.5);
      await carl.publishTone(550);
      await before.unpublish();
      for (const track of further) await track.unpublish();
      atS.secondOff = now();
      await until(8);
      atS.firstOff = now();
      for (const track of firstOnes) await track.unpublish();
      // The SDK tells five seconds later what never came through.
      await until(11.5);
    },
  });
  const lateFrames = (await people[1]?.lateFrames()) ?? NaN;
  for (const somebody of people) await somebody.leave();
  return { take: finished, atS, lateFrames, overload: finished.overload };
}

it('somebody who is renamed in mid-take has the new name, and what the application says of them, everywhere', async () => {
  const { take } = await shared.get();
  const { files, participants } = take.manifest;
  const hers = files.filter(({ identity }) => identity === 'ada');
  expect(hers.map(({ participantName }) => participantName)).toEqual(hers.map(() => 'Ada Lovelace'));
  // Files that came before, and after: what they are called is made of the identity, which stays.
  expect(hers.map(({ file }) => file)).toEqual(
    expect.arrayContaining(['ada.mp4', 'ada-2.m4a', 'ada-camera-2.mp4']),
  );
  expect(participants?.find(({ identity }) => identity === 'ada')).toEqual({
    identity: 'ada',
    name: 'Ada Lovelace',
    formerNames: [''],
    attributes: { role: 'guest' },
    metadata: '{"seat":1}',
    attributesCut: 0,
    metadataCharactersCut: 0,
  });
  const shown =
    take.snapshots
      .findLast(({ sinks }) => sinks.length > 0)
      ?.sinks.filter(({ identity }) => identity === 'ada') ?? [];
  expect(new Set(shown.map(({ participantName }) => participantName))).toEqual(new Set(['Ada Lovelace']));
});

/** What the manifest says of each file, by its name. */
function filesByName(take: FinishedTake): Record<string, FinishedTake['manifest']['files'][number]> {
  return Object.fromEntries(take.manifest.files.map((file) => [file.file, file]));
}

const near = (color: PlainColor) => (other: readonly number[]) =>
  color.every((value, index) => Math.abs(value - (other[index] ?? 0)) <= 24);
/** In every second: a publisher of a busy machine may stop short for a moment. */
function expectHeard(shares: readonly number[]): void {
  const aSecond = 1000 / readingMs;
  expect(shares.length).toBeGreaterThan(1.5 * aSecond);
  for (let at = 0; at + aSecond <= shares.length; at += aSecond) {
    expect(Math.max(...shares.slice(at, at + aSecond)), `reading ${at}`).toBeGreaterThan(0.5);
  }
}

const isBlack = ([y]: readonly number[]): boolean => (y ?? 255) <= 20;

timedTest('gives each further track a file of its own, and names the tracks', shared, ({ take }) => {
  const files = filesByName(take);
  expect(take.manifest).toMatchObject({ state: 'complete', problem: null });
  expect(
    Object.keys(files)
      .filter((file) => file.startsWith('ada'))
      .sort(),
  ).toEqual(['ada-2.m4a', 'ada-camera-2.mp4', 'ada-screen-2.mp4', 'ada-screen.mp4', 'ada.mp4']);
  for (const file of take.manifest.files) expect(file, file.file).toMatchObject({ state: 'verified' });
  expect(files['ada.mp4']?.tracks.map(({ role }) => role).sort()).toEqual(['camera', 'microphone']);
  expect(files['ada-2.m4a']).toMatchObject({
    trackNumber: 2,
    canvas: null,
    tracks: [{ name: 'background' }],
  });
  expect(files['ada-camera-2.mp4']).toMatchObject({ trackNumber: 2, tracks: [{ name: 'table' }] });
  const said = take.events
    .filter(({ identity, name }) => name === 'furtherTrack' && identity === 'ada')
    .map(({ details }) => details['file']);
  expect(said.sort()).toEqual(['ada-2.m4a', 'ada-camera-2.mp4', 'ada-screen-2.mp4']);
});

timedTest('goes on in the same file when a track is published anew', shared, async ({ atS, take }) => {
  const tones = await toneShares(take.path('carl'), 550);
  expect(take.file('carl').file).toBe('carl.m4a');
  expectHeard(between(tones, atS.secondOff + 1, atS.firstOff + 3));
});

timedTest('records both voices for as long as each is on, apart', shared, async ({ atS, take }) => {
  const [first, second] = ['ada.mp4', 'ada-2.m4a'].map((file) => join(take.folder, file));
  const tones = async (path = '', hz: number): Promise<number[]> => toneShares(path, hz);
  const [own, foreign] = [await tones(first, 440), await tones(first, 880)];
  expectHeard(between(own, 1, atS.firstOff - 0.3));
  expect(Math.max(...foreign)).toBeLessThan(0.05);
  const [further, wrong] = [await tones(second, 880), await tones(second, 440)];
  expectHeard(between(further, atS.secondOn + 1, atS.secondOff - 0.7));
  expect(Math.max(...between(further, 0, atS.secondOn))).toBe(0);
  expect(Math.max(...between(further, atS.secondOff + 1, 11))).toBe(0);
  expect(Math.max(...wrong)).toBeLessThan(0.05);
});

for (const [first, color, second, otherColor] of [
  ['ada.mp4', lanes.camera, 'ada-camera-2.mp4', lanes.secondCamera],
  ['ada-screen.mp4', lanes.screen, 'ada-screen-2.mp4', lanes.secondScreen],
] as const) {
  timedTest(`shows what is in ${first} and in ${second} while each is on`, shared, async ({ atS, take }) => {
    const own = await colorsOf(join(take.folder, first));
    expect(between(own, 1.5, atS.firstOff - 0.3).every(near(color))).toBe(true);
    const further = await colorsOf(join(take.folder, second));
    expect(between(further, atS.secondOn + 1.5, atS.secondOff - 0.7).every(near(otherColor))).toBe(true);
    expect(between(further, 0.3, atS.secondOn).every(isBlack)).toBe(true);
    expect(between(further, atS.secondOff + 1.5, 11).every(isBlack)).toBe(true);
  });
}

timedTest(
  'gives the file of somebody to camera and microphone, whatever came before',
  shared,
  async ({ atS, lateFrames, take }) => {
    const files = filesByName(take);
    expect(
      Object.keys(files)
        .filter((file) => file.startsWith('dora'))
        .sort(),
    ).toEqual(['dora-2.m4a', 'dora-camera-2.mp4', 'dora.mp4']);
    const [own, audio, video] = ['dora.mp4', 'dora-2.m4a', 'dora-camera-2.mp4'].map((file) =>
      join(take.folder, file),
    );
    expect(Math.max(...between(await toneShares(own ?? '', 880), 0.8, atS.secondOn - 0.3))).toBeGreaterThan(
      0.5,
    );
    expectHeard(between(await toneShares(own ?? '', 440), atS.secondOn + 1.5, 11));
    expect(Math.max(...between(await toneShares(own ?? '', 880), atS.secondOn + 1.5, 11))).toBeLessThan(0.05);
    expectHeard(between(await toneShares(audio ?? '', 880), atS.secondOn + 1.5, 11));
    const colors = await colorsOf(own ?? '');
    expect(between(colors, 1.2, atS.secondOn - 0.3).every(near(lanes.secondCamera))).toBe(true);
    expect(between(colors, atS.secondOn + 2, 11).every(near(lanes.camera))).toBe(true);
    expect(between(await colorsOf(video ?? ''), atS.secondOn + 2, 11).every(near(lanes.secondCamera))).toBe(
      true,
    );
    // Nothing of what moved is missing, but for what this busy process sent late.
    for (const file of ['dora.mp4', 'dora-2.m4a', 'dora-camera-2.mp4']) {
      const complete = files[file]?.stamps?.complete;
      const { video, audio } = complete?.losses ?? {};
      expect(video?.lostFrames, file).toBe(0);
      expect(video?.missedFrames, file).toBeLessThanOrEqual(lateFrames);
      expect(audio?.lostMs, file).toBeLessThanOrEqual((audio?.dueMs ?? NaN) / 1000);
      expect(files[file]?.gaps, file).toEqual([]);
      if (lateFrames === 0) expect(complete, file).toMatchObject({ grade: 'complete', problem: null });
    }
  },
);

timedTest('has no error for tracks that ended before they came through', shared, ({ take }) => {
  expect(take.events.filter(({ level }) => level === 'error')).toEqual([]);
});
