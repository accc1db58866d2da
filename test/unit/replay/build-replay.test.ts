import { expect, it } from 'vitest';
import type { ManifestFile } from '#engine/contract/manifest.js';
import { type Profile, profiles } from '#engine/contract/profile.js';
import { FrameAccounting } from '#engine/pipeline/accounting.js';
import { buildReplay } from '#engine/replay/build-replay.js';
import { CountLog } from '#engine/replay/count-log.js';
import type { RunFacts } from '#engine/replay/kept-run.js';
import { withCounts } from '#engine/replay/replay-counts.js';
import { ReplayStore } from '#engine/replay/replay-store.js';
import type { FileCount } from '#engine/take/file-counts.js';
import { fragment, fragmentedHead } from '../mp4/fragmented-fixture.js';

const primingMs = 1024 / 48;
const videoHead = fragmentedHead([
  { kind: 'video', timescale: 48_000 },
  { kind: 'audio', timescale: 48_000, mediaTime: 1024 },
]);
const audioHead = fragmentedHead([{ kind: 'audio', timescale: 48_000, mediaTime: 1024 }]);

/** Half a second; a key frame every two, as encoders of ours make them. */
function half(index: number, hasVideo: boolean): Buffer {
  const audio = {
    trackId: hasVideo ? 2 : 1,
    dts: index * 24_000,
    samples: [{ sizeBytes: 10, ticks: 24_000 }],
  };
  const isSync = index % 4 === 0;
  const video = { trackId: 1, dts: index * 24_000, samples: [{ sizeBytes: 100, ticks: 24_000, isSync }] };
  return fragment(hasVideo ? [video, audio] : [audio]);
}

function countOf(seconds: number): FileCount {
  const counted = (perSecond: number): FileCount['video'] => {
    const account = new FrameAccounting();
    for (let index = 0; index < perSecond * seconds; index += 1) {
      account.receiveAndQueue();
      account.writeQueued();
    }
    for (let index = 0; index < seconds; index += 1) account.receiveAndDrop('queueFull');
    return {
      account: account.snapshot(),
      ...{ missedFrames: 2 * seconds, repeatedFrames: seconds, emptySlots: 4 * seconds, maxFrameGapMs: 40 },
      ...{ silenceMs: 100 * seconds, lostMs: 10 * seconds, concealedMs: 5 * seconds },
    };
  };
  return { key: 'participant 1 ada', video: counted(29), audio: counted(90) };
}

interface RunPlan {
  readonly offsetMs?: number;
  readonly seconds?: number;
  readonly profile?: Profile;
  readonly canvas?: { readonly width: number; readonly height: number };
  readonly moments?: Partial<RunFacts['moments']>;
  readonly entry?: Partial<ManifestFile>;
  readonly others?: readonly string[];
  /** What a second encoder of ada wrote: half seconds. */
  readonly second?: { readonly file: string; readonly halves: number };
}

function run(plan: RunPlan = {}): RunFacts {
  const { canvas = { width: 1280, height: 720 }, offsetMs = 0, others = [], seconds = 30 } = plan;
  const kept = new ReplayStore({ keepMs: Infinity, capBytes: Infinity }, () => 0).begin();
  const counts = new CountLog(60_000);
  for (let second = 0; second <= seconds; second += 1) counts.note(second * 1000, () => [countOf(second)]);
  const entry = (identity: string, hasVideo: boolean): ManifestFile => {
    const file = `${identity}.${hasVideo ? 'mp4' : 'm4a'}`;
    const keep = kept.keeperOf(file);
    keep(hasVideo ? videoHead : audioHead);
    for (let index = 0; index < seconds * 2; index += 1) keep(half(index, hasVideo));
    const none = { received: 0, written: 0, queued: 0, dropped: new FrameAccounting().dropped };
    return {
      ...{
        file,
        identity,
        participantName: identity,
        kind: 'participant',
        trackNumber: 1,
        state: 'recording',
      },
      ...{ canvas: hasVideo ? canvas : null, videoCodec: 'h264', audioCodec: 'aac', tracks: [] },
      ...{ segments: [{ file, startMs: 0, endMs: null }], tracksNotListed: 0, durationMs: null },
      ...{ sizeBytes: null, sha256: null, problem: null, video: none, audio: none, audioSilenceMs: 0 },
      ...{ maxFrameGapMs: 0, missedFrames: 0, ...(identity === 'ada' ? plan.entry : {}) },
    };
  };
  const entries = [entry('ada', true), ...others.map((identity) => entry(identity, false))];
  if (plan.second !== undefined) {
    const keep = kept.keeperOf(plan.second.file);
    keep(videoHead);
    for (let index = 0; index < plan.second.halves; index += 1) keep(half(index, true));
  }
  return {
    ...{ startedAt: new Date(1_000_000 + offsetMs), profile: plan.profile ?? profiles['720p30'] },
    ...{ audioOnly: false, participants: {}, offsetMs, kept, counts },
    moments: { markers: [], standstills: [], pauses: [], pausesLeftOut: 0, ...plan.moments },
    entries,
  };
}

it('begins at the key frame before the moment that was asked for, and puts everybody on one timeline', () => {
  const replay = buildReplay([run({ others: ['bo'] })], 5_000);
  expect(replay?.files.map(({ entry }) => entry.file)).toEqual(['ada.mp4', 'bo.m4a']);
  const [ada, bo] = replay?.files ?? [];
  // The end of the audio is that of the shorter stream: its encoder's priming is not heard.
  const endMs = 30_000 - primingMs;
  // 24 s is the last key frame before the last five seconds.
  expect(replay?.startedAt.getTime()).toBe(1_024_000);
  expect(replay?.durationMs).toBeCloseTo(endMs - 24_000);
  expect(ada?.segments[0]?.fragments).toHaveLength(12);
  expect(ada?.segments[0]?.head).toEqual(videoHead);
  // Its first packet of audio is what the decoder warms up with.
  expect(ada?.entry.segments[0]?.startMs).toBeCloseTo(0);
  expect(bo?.entry.segments[0]?.startMs).toBeCloseTo(500);
  expect(bo?.entry.segments[0]?.endMs).toBeCloseTo(endMs - 24_000);
});

it('saves all that there is when that is less, and nothing when there is nothing', () => {
  expect(buildReplay([run({ seconds: 3 })], 60_000)?.durationMs).toBeCloseTo(3_000 - primingMs);
  expect(buildReplay([], 60_000)).toBeNull();
  expect(buildReplay([run({ seconds: 0 })], 60_000)).toBeNull();
});

it('joins what was kept before a take with what the take has', () => {
  const replay = buildReplay([run(), run({ offsetMs: 30_200, seconds: 4 })], 10_000);
  const [ada] = replay?.files ?? [];
  expect(ada?.segments.map(({ file }) => file)).toEqual(['ada.mp4', 'ada.part2.mp4']);
  // Ten seconds before 34.2 s: the key frame at 24 s.
  expect(replay?.startedAt.getTime()).toBe(1_024_000);
  expect(ada?.entry.segments[1]?.startMs).toBeCloseTo(6_200);
});

it('says what is missing where the encoders change, of the tracks that went on', () => {
  const track = (trackSid: string, role: 'camera' | 'microphone'): ManifestFile['tracks'][number] => ({
    ...{ trackSid, role, name: '', fromMs: 0, untilMs: null },
  });
  const [camera, microphone] = [track('TR_c', 'camera'), track('TR_m', 'microphone')];
  const replayOf = (before: ManifestFile['tracks'], after: ManifestFile['tracks']) =>
    buildReplay(
      [run({ entry: { tracks: before } }), run({ offsetMs: 30_200, seconds: 4, entry: { tracks: after } })],
      10_000,
    )?.files[0];
  const seam = { atMs: expect.closeTo(6_000 - primingMs) as number, cause: 'encoderEnded', lostFrames: null };
  const durationMs = expect.closeTo(200 + primingMs) as number;
  const both = replayOf([camera, microphone], [camera, microphone]);
  expect(both?.entry.gaps).toEqual([
    { stream: 'video', ...seam, durationMs },
    { stream: 'audio', ...seam, durationMs },
  ]);
  expect(both && withCounts(both.entry, null, both.seamAudioMs).audioLostMs).toBe(
    Math.round(200 + primingMs),
  );
  // Whoever came anew, or had no camera, lacks nothing of it.
  expect(replayOf([camera, microphone], [track('TR_other', 'camera'), microphone])?.entry.gaps).toEqual([
    { stream: 'audio', ...seam, durationMs },
  ]);
  expect(replayOf([camera], [microphone])?.entry.gaps).toEqual([]);
});

it('has the whole hole where an encoder was killed, of the tracks that were on, whatever the run noticed of it', () => {
  const track = (
    role: 'camera' | 'microphone' | 'screenShareAudio',
    fromMs: number,
    untilMs: number | null,
  ) => ({
    ...{ trackSid: `TR_${role}_${fromMs}`, name: '', role, fromMs, untilMs },
  });
  const killed = (tracks: ManifestFile['tracks'], startMs = 10_530): ManifestFile['gaps'] => {
    const second = { file: 'ada.part2.mp4', halves: 20 };
    const segments = [
      { file: 'ada.mp4', startMs: 0, endMs: 10_000 },
      { file: second.file, startMs, endMs: null },
    ];
    const noticed = [
      { stream: 'audio', atMs: 10_100, durationMs: 400, cause: 'neverArrived', lostFrames: null },
      { stream: 'video', atMs: 10_330, durationMs: 200, cause: 'dropped', lostFrames: 6 },
    ] as const;
    const entry = { segments, tracks, gaps: startMs === 10_530 ? [...noticed] : [] };
    return buildReplay([run({ seconds: 10, second, entry })], 60_000)?.files[0]?.entry.gaps;
  };
  const [camera, microphone] = [track('camera', 0, null), track('microphone', 0, null)];
  const rounded = killed([camera, microphone])?.map((gap) => ({ ...gap, atMs: Math.round(gap.atMs) }));
  // The file ends with its audio, by the encoder's priming before its video.
  const atMs = Math.round(10_000 - primingMs);
  expect(rounded).toMatchObject([
    { stream: 'video', atMs, cause: 'encoderEnded', lostFrames: 6 },
    { stream: 'audio', atMs, cause: 'encoderEnded' },
  ]);
  for (const { durationMs } of rounded ?? []) expect(durationMs).toBeCloseTo(530 + primingMs);
  // A camera that had ended, or came with the next encoder, lacks nothing.
  const others = killed([track('camera', 0, 9_000), track('camera', 10_530, null), microphone]);
  expect(others?.map(({ cause, stream }) => `${stream} ${cause}`)).toEqual([
    'audio encoderEnded',
    'video dropped',
  ]);
  // One that was replaced in time left none.
  expect(killed([camera, microphone], 10_020)).toEqual([]);
});

it('mixes neither profiles nor sizes: what is newer is saved', () => {
  const newer = { offsetMs: 30_200, seconds: 4 };
  const other = buildReplay([run(), run({ ...newer, profile: profiles['1080p30'] })], 10_000);
  expect(other?.startedAt.getTime()).toBe(1_030_200);
  const resized = buildReplay([run(), run({ ...newer, canvas: { width: 640, height: 360 } })], 10_000);
  expect(resized?.files[0]?.segments).toHaveLength(1);
  expect(resized?.files[0]?.entry.canvas).toEqual({ width: 640, height: 360 });
});

it('keeps the markers and gaps of its time, and leaves pauses out of its clock alone', () => {
  const replay = buildReplay(
    [
      run({
        moments: {
          markers: [
            { takeMs: 20_000, label: 'before' },
            { takeMs: 25_000, label: 'goal' },
          ],
          pauses: [
            { takeMs: 10_000, roomMs: 10_000, lengthMs: 7_000 },
            { takeMs: 26_000, roomMs: 33_000, lengthMs: 9_000 },
          ],
        },
        entry: {
          part: { number: 2, startMs: 20_000, endMs: null },
          file: 'ada-part2.mp4',
          gaps: [
            { stream: 'video', atMs: 3_000, durationMs: 1_000, cause: 'dropped', lostFrames: 30 },
            { stream: 'video', atMs: 23_500, durationMs: 1_000, cause: 'dropped', lostFrames: 30 },
          ],
        },
      }),
    ],
    5_000,
  );
  expect(replay?.markers).toEqual([{ takeMs: 1_000, label: 'goal' }]);
  const entry = replay?.files[0]?.entry;
  expect(entry?.gaps).toMatchObject([{ atMs: 0, durationMs: 500 }]);
  expect(entry).toMatchObject({ part: undefined, file: 'ada.mp4' });
  expect(replay?.startedAt.getTime()).toBe(1_024_000 + 7_000);
});

it('counts what is in the file by its packets, and what is lost by the seconds that it covers', () => {
  const [ada] = buildReplay([run()], 5_000)?.files ?? [];
  if (ada === undefined) throw new Error('there is no file');
  const packets = { packets: 180, bytes: 1, sha256: '' };
  const segments = ada.entry.segments.map((one) => ({ ...one, packets: { video: packets, audio: packets } }));
  const file = withCounts({ ...ada.entry, segments }, ada.counted);
  // Six of thirty seconds: one frame of each was dropped, two never arrived.
  expect(file.video).toMatchObject({ received: 180, written: 174, queued: 0, dropped: { queueFull: 6 } });
  expect(file).toMatchObject({ repeatedFrames: 6, emptySlots: 24, missedFrames: 12, audioSilenceMs: 600 });
  expect(file.audioLostMs).toBe(60 + 30);
  const { audio } = file;
  expect(audio.received).toBe(audio.written + audio.dropped.queueFull);
  expect(withCounts({ ...ada.entry, segments }, null).video).toMatchObject({ received: 180, written: 180 });
});
