import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PlateauError } from '../../../src-main/contract/errors.js';
import { caps } from '../../../src-main/contract/limits.js';
import { describeParticipant } from '../../../src-main/contract/participant-description.js';
import { profiles } from '../../../src-main/contract/profile.js';
import type { Snapshot } from '../../../src-main/contract/snapshot.js';
import type { TrackRole } from '../../../src-main/contract/track-roles.js';
import type { CopyRequest } from '../../../src-main/copy/process/copy-requests.js';
import { RemoteFiles } from '../../../src-main/copy/process/remote-files.js';
import { BlackFiller } from '../../../src-main/finalize/black-filler.js';
import type { SubscribedTrack } from '../../../src-main/livekit/remote-track.js';
import type { ParticipantInfo } from '../../../src-main/livekit/room-listener.js';
import { takeInfo } from '../../../src-main/recorder/open-take.js';
import { SnapshotBuilder } from '../../../src-main/recorder/snapshot-builder.js';
import { DiskThrottle } from '../../../src-main/sink/disk-throttle.js';
import { DiskLanes } from '../../../src-main/storage/disk-lanes.js';
import { readManifest } from '../../../src-main/storage/manifest-file.js';
import { takeLockName } from '../../../src-main/storage/take-lock.js';
import type { Problem } from '../../../src-main/take/problem.js';
import { Take } from '../../../src-main/take/take.js';
import { TakeFiles } from '../../../src-main/take/take-files.js';
import type { TakeGovernor } from '../../../src-main/take/take-governor.js';
import type { TakeWithMedia } from '../../../src-main/take/take-media.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';
import { NdjsonFile } from '../../../src-main/telemetry/ndjson-file.js';
import { copyState } from '../../fixtures/copy-states.js';

let folder: string;
/** Who is in the room. */
const present = new Map<string, ParticipantInfo>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-take-unit-'));
});

afterEach(async () => {
  vi.restoreAllMocks();
  present.clear();
  await rm(folder, { recursive: true, force: true });
});

function startTake(
  onProblem: (problem: Problem) => void = () => undefined,
  hurry?: AbortSignal,
  media: Pick<TakeWithMedia, 'fallback' | 'mode' | 'openMedia'> = {},
): Promise<Take> {
  return Take.start({
    folder: { name: 'studio-20260203-040506', path: folder },
    room: 'studio',
    server: 'server.example',
    profile: profiles['720p30'],
    audioOnly: false,
    isArmed: () => true,
    ffmpegPath: join(folder, 'no-ffmpeg'),
    ffmpegVersion: '7',
    plateauVersion: '0',
    rssBytes: 0,
    report: new EventReporter(new EventLog(10), () => null),
    publicationsOf: () => [],
    participantOf: (identity) => present.get(identity),
    onProblem,
    onWatchdogTrip: () => undefined,
    diskThrottle: new DiskThrottle(),
    lanes: new DiskLanes(),
    maxFiles: 100,
    hurry,
    ...media,
  });
}

it('closes its telemetry and filler when the last manifest cannot be written', async () => {
  const closed = vi.spyOn(NdjsonFile.prototype, 'close');
  const disposed = vi.spyOn(BlackFiller.prototype, 'dispose');
  const take = await startTake();
  await rm(folder, { recursive: true });
  await expect(take.stop(() => undefined)).rejects.toMatchObject({ code: 'outputUnwritable' });
  expect(closed).toHaveBeenCalledOnce();
  expect(disposed).toHaveBeenCalledOnce();
  await expect(closed.mock.results[0]?.value).resolves.toBeUndefined();
});

it('is given up, and can be recovered, when somebody is in a hurry and its files do not end', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    vi.spyOn(TakeFiles.prototype, 'finish').mockReturnValue(new Promise(() => undefined));
    const hurry = new AbortController();
    const take = await startTake(() => undefined, hurry.signal);
    let failure: unknown = null;
    const stopped = take.stop(() => undefined).catch((thrown: unknown) => (failure = thrown));
    await vi.waitFor(async () => expect((await readManifest(folder)).state).toBe('finalizing'));
    // A healthy take has all the time it needs.
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(failure).toBeNull();
    hurry.abort();
    await vi.advanceTimersByTimeAsync(10_000);
    await stopped;
    expect(failure).toMatchObject({ code: 'takeNotFinalized', exitCode: 7 });
    expect((await readManifest(folder)).state).toBe('finalizing');
  } finally {
    vi.useRealTimers();
  }
});

it('ends its files when it is told to, and not when the manifest that says so is on the disk', async () => {
  const finished = vi.spyOn(TakeFiles.prototype, 'finish');
  const take = await startTake();
  const atMs = take.clock.nowMs();
  const stopped = take.stop(() => undefined);
  // Nothing is read or written between two promises.
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  expect(finished).toHaveBeenCalledOnce();
  const [endMs = NaN] = finished.mock.lastCall ?? [];
  expect(endMs).toBeGreaterThanOrEqual(atMs);
  expect((await stopped).durationMs).toBe(Math.round(endMs));
});

it('has a clock that stands at its length while its files are saved', async () => {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const finished = vi.spyOn(TakeFiles.prototype, 'finish').mockReturnValue(ended);
  const read = vi.spyOn(TakeFiles.prototype, 'snapshots');
  const take = await startTake();
  const stopped = take.stop(() => undefined);
  await vi.waitFor(() => expect(finished).toHaveBeenCalledOnce());
  const [endMs = NaN] = finished.mock.lastCall ?? [];
  await new Promise((resolve) => setTimeout(resolve, 20));
  take.sinkSnapshots();
  expect(read.mock.lastCall).toEqual([endMs]);
  expect(take.moments.takeMs).toBe(endMs);
  expect(takeInfo(take).takeMs).toBe(endMs);
  end();
  expect((await stopped).durationMs).toBe(Math.round(endMs));
  expect(take.moments.takeMs).toBe(endMs);
});

it('has one peak of memory, in snapshots and in its manifest, from the start until its files play', async () => {
  const snapshots = new SnapshotBuilder(() => []);
  const take = await startTake();
  const build = (state: 'recording' | 'finalizing'): Snapshot =>
    snapshots.build({
      ...{ state, connection: 'connected', take, unbounded: null, replay: null, replayEncoders: [] },
      supervisor: { alarms: [], conditions: [], disk: null },
      governor: { ceilingBytes: null, snapshot: null } as unknown as TakeGovernor,
    });
  const usage = vi.spyOn(process, 'memoryUsage');
  const reads = (rss: number): void =>
    void usage.mockReturnValue({ rss, heapTotal: 1, heapUsed: 1, external: 1, arrayBuffers: 1 });
  reads(160e6);
  take.recordSnapshot(build('recording'));
  // Between two lines of telemetry, and while it is saved.
  reads(180e6);
  build('recording');
  reads(190e6);
  const { peakRssBytes } = build('finalizing').memory;
  usage.mockRestore();
  expect(peakRssBytes).toBe(190e6);
  const manifest = await take.stop(() => undefined);
  expect([manifest.peakRssBytes, manifest.memory?.peakRssBytes]).toEqual([190e6, 190e6]);
});

it('keeps markers in the order of time, none before its beginning', async () => {
  const take = await startTake();
  const now = take.addMarker('now', 0);
  expect(take.addMarker('long ago', 60_000)).toEqual({ takeMs: 0, label: 'long ago' });
  expect(take.moments.markers.map(({ label }) => label)).toEqual(['long ago', now.label]);
  await take.stop(() => undefined);
  expect((await readManifest(folder)).markers.map(({ label }) => label)).toEqual(['long ago', 'now']);
});

it('has one problem for each file whose encoder cannot be started, and fails when nothing plays', async () => {
  const problems: Problem[] = [];
  const take = await startTake((problem) => problems.push(problem));
  take.addTrack(trackOf('ada', 'video'));
  take.addTrack(trackOf('ada', 'audio'));
  await vi.waitFor(() => {
    expect(problems).toHaveLength(1);
  });
  expect(problems[0]).toMatchObject({ concerns: 'file', file: 'ada.mp4', identity: 'ada' });
  expect(problems[0]?.error).toMatchObject({ code: 'ffmpegMissing', exitCode: 6 });
  const manifest = await take.stop(() => undefined);
  expect(problems).toHaveLength(1);
  expect(manifest).toMatchObject({
    state: 'failed',
    problem: { code: 'ffmpegMissing', file: 'ada.mp4', identity: 'ada' },
  });
  expect(manifest.files).toHaveLength(1);
  expect(manifest.files[0]?.problem).toContain('ffmpeg cannot be started');
});

it('writes the worst problem into the manifest, at once and at the end', async () => {
  const take = await startTake();
  const error = new PlateauError('ffmpegFailed', 'ada.mp4 is not complete.', 'Look at it.');
  take.noteProblem({ error, concerns: 'file', file: 'ada.mp4', identity: 'ada' });
  const lost = new PlateauError('connectionLost', 'The room is gone.', 'Join again.');
  take.noteProblem({ error: lost, concerns: 'connection', file: null, identity: null });
  await vi.waitFor(async () => {
    expect((await readManifest(folder)).problem?.code).toBe('connectionLost');
  });
  const manifest = await take.stop(() => undefined);
  expect(manifest.problem).toEqual({
    code: 'connectionLost',
    message: 'The room is gone.',
    hint: 'Join again.',
    file: null,
    identity: null,
  });
  // Nothing of it plays.
  expect(manifest.state).toBe('failed');
  expect(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))).toEqual(manifest);
});

it('is complete when nothing went wrong, even with nobody in it', async () => {
  const take = await startTake();
  expect(await take.stop(() => undefined)).toMatchObject({ state: 'complete', problem: null });
});

it('opens a manifest whose problem names no file, as older versions wrote it', async () => {
  const take = await startTake();
  const manifest = await take.stop(() => undefined);
  const older = {
    ...manifest,
    state: 'failed',
    problem: { code: 'internal', message: 'No.', hint: 'Hint.' },
  };
  const { manifestSchema } = await import('../../../src-main/contract/manifest.js');
  expect(manifestSchema.parse(older).problem).toMatchObject({ message: 'No.', file: null, identity: null });
});

it('has a file for each track beyond the first of its kind, and names the tracks in the manifest', async () => {
  const take = await startTake();
  const long = 'x'.repeat(120);
  for (const identity of ['ada', long]) {
    for (const role of ['camera', 'microphone', 'screenShare', 'screenShareAudio'] as const) {
      const kind = role === 'camera' || role === 'screenShare' ? 'video' : 'audio';
      for (const name of ['one', 'two']) take.addTrack(trackOf(identity, kind, role, name));
    }
  }
  const { files } = await take.stop(() => undefined);
  const short = 'x'.repeat(80);
  expect(
    files.map(({ file, trackNumber, tracks }) => [file, trackNumber, tracks.map(({ name }) => name)]),
  ).toEqual(
    ['ada', short].flatMap((stem) => [
      [`${stem}.mp4`, 1, ['one', 'one']],
      [`${stem}-camera-2.mp4`, 2, ['two']],
      [`${stem}-2.m4a`, 2, ['two']],
      [`${stem}-screen.mp4`, 1, ['one', 'one']],
      [`${stem}-screen-2.mp4`, 2, ['two']],
      [`${stem}-screen-audio-2.m4a`, 2, ['two']],
    ]),
  );
});

it('lets a track go on in its file when another one of its kind ends', async () => {
  const take = await startTake();
  const [first, second] = [trackOf('ada', 'audio'), trackOf('ada', 'audio')];
  take.addTrack(first);
  take.addTrack(second);
  take.removeTrack(second);
  take.addTrack(trackOf('ada', 'audio'));
  const { files } = await take.stop(() => undefined);
  expect(files.map(({ tracks }) => tracks.length)).toEqual([1, 2]);
  expect(files[1]?.tracks[0]?.untilMs).not.toBeNull();
});

/** Only what a take reads of a track that never delivers. */
function trackOf(
  identity: string,
  kind: 'video' | 'audio',
  role: TrackRole = kind === 'video' ? 'camera' : 'microphone',
  name = '',
): SubscribedTrack {
  const declaredSize = kind === 'video' ? { width: 640, height: 360 } : null;
  const trackSid = `TR_${role}_${name}`;
  const info = { identity, participantName: identity, kind, role, name, trackSid, declaredSize };
  return {
    info,
    isMuted: false,
    statistics: null,
    receiveAudio: () => undefined,
    receiveVideo: () => undefined,
    stopReceiving: () => undefined,
  } as unknown as SubscribedTrack;
}

it('lists whose tracks are recorded, or should be, under the name and the attributes that they had last', async () => {
  const take = await startTake();
  const describe = (identity: string, name: string, attributes = {}, metadata = ''): ParticipantInfo => {
    const participant = { identity, name, description: describeParticipant(attributes, metadata) };
    present.set(identity, participant);
    return participant;
  };
  describe('ada', 'Ada', { role: 'host' }, '{"seat":1}');
  describe('ben', 'Ben');
  describe('visitor', 'Nobody');
  take.addTrack(trackOf('ada', 'audio'));
  take.noteMissing(trackOf('ben', 'audio').info, new PlateauError('trackWithheld', 'Withheld.', ''));
  take.participantChanged(describe('visitor', 'Somebody'));
  take.participantChanged(describe('ben', 'Benjamin'));
  await vi.waitFor(async () => {
    expect((await readManifest(folder)).notRecorded).toMatchObject([{ participantName: 'Benjamin' }]);
  });
  take.participantChanged(describe('ada', 'Ada', { role: 'guest' }, '{"seat":1}'));
  take.participantChanged(describe('ada', 'Ada Lovelace', { role: 'guest' }, '{"seat":1}'));
  const manifest = await take.stop(() => undefined);
  expect(manifest.files.map(({ participantName }) => participantName)).toEqual(['Ada Lovelace']);
  expect(await readManifest(folder)).toMatchObject({
    participants: [
      {
        identity: 'ada',
        name: 'Ada Lovelace',
        formerNames: ['Ada'],
        attributes: { role: 'guest' },
        metadata: '{"seat":1}',
        attributesCut: 0,
        metadataCharactersCut: 0,
      },
      { identity: 'ben', name: 'Benjamin', formerNames: ['Ben'], attributes: {} },
    ],
    participantsNotListed: 0,
  });
});

it('lists what a track lacks that was handed over late, as far as the take had begun', async () => {
  const take = await startTake();
  const nowMs = vi.spyOn(take.clock, 'nowMs').mockReturnValue(600);
  take.addTrack(trackOf('ada', 'audio'), 1_400);
  expect(take.participants.entries.notRecorded).toEqual([]);
  nowMs.mockReturnValue(5_000);
  take.addTrack(trackOf('ben', 'audio', 'microphone', 'late'), 1_400);
  expect(take.participants.missingNow).toBe(0);
  take.addTrack(trackOf('cy', 'audio', 'microphone', 'in time'));
  nowMs.mockRestore();
  const { notRecorded } = await take.stop(() => undefined);
  expect(notRecorded).toEqual([
    {
      ...{ identity: 'ben', participantName: 'ben', role: 'microphone', code: 'trackWithheld' },
      message:
        'The microphone of ben was handed over late: it had been on for 1.4 s, and what it sent before is in no file.',
      ...{ sinceMs: 3_600, untilMs: 5_000 },
    },
  ]);
});

it('does not list what went with the connection, which is a gap of its file', async () => {
  const take = await startTake();
  const track = trackOf('ada', 'audio');
  take.addTrack(track);
  take.connectionChanged(false);
  take.removeTrack(track);
  take.connectionChanged(true);
  vi.spyOn(take.clock, 'nowMs').mockReturnValue(5_000);
  take.addTrack(track, 1_400);
  expect(take.participants.entries.notRecorded).toEqual([]);
  vi.restoreAllMocks();
  await take.stop(() => undefined);
});

it('lists so many participants, and counts the others', async () => {
  const take = await startTake();
  for (let number = 0; number < caps.participantsListed + 3; number += 1) {
    const { info } = trackOf(`visitor-${number}`, 'audio');
    take.noteMissing(info, new PlateauError('tooManyFiles', 'Too many.', ''));
  }
  const { participants, participantsNotListed } = await take.stop(() => undefined);
  expect(participants).toHaveLength(caps.participantsListed);
  expect(participantsNotListed).toBe(3);
});

it('takes nothing of the room’s own session into a copied take, in which that is for previews', async () => {
  const link = { pid: undefined, send: () => undefined, finish: () => Promise.resolve() };
  const take = await startTake(undefined, undefined, {
    mode: 'copy',
    openMedia: (options, events) => new RemoteFiles(options, events, link, () => undefined),
  });
  const track = trackOf('ada', 'video');
  take.noteMissing(track.info, new PlateauError('encryptedTrack', 'It is encrypted.', 'Encode it.'));
  // It has a key, and shows what nobody records.
  take.addTrack(track);
  take.addTrack(trackOf('ben', 'audio'));
  take.setMuted(track, true);
  take.removeTrack(track);
  const { files, notRecorded, participants } = await take.stop(() => undefined);
  expect([files, participants?.map(({ identity }) => identity)]).toEqual([[], ['ada']]);
  expect(notRecorded).toMatchObject([{ identity: 'ada', code: 'encryptedTrack' }]);
});

it('goes on in its other folder when the disk of a copied file is full, which is no problem then', async () => {
  const sent: CopyRequest[] = [];
  const link = {
    pid: process.pid,
    send: (request: CopyRequest) => void sent.push(request),
    finish: () => Promise.resolve(),
  };
  const problems: Problem[] = [];
  let files: RemoteFiles | null = null;
  const other = await mkdtemp(join(tmpdir(), 'plateau-take-other-'));
  const take = await startTake((problem) => problems.push(problem), undefined, {
    mode: 'copy',
    openMedia: (options, events) => (files = new RemoteFiles(options, events, link, () => undefined)),
    fallback: () => Promise.resolve({ folder: { name: 'take', path: other }, lanes: new DiskLanes() }),
  });
  const fail = (file: string, part: number): void => {
    const full = new PlateauError('diskFull', 'The disk is full.', 'Free some space.').toReport();
    const subject = { identity: 'ada', participantName: 'Ada', kind: 'participant', trackNumber: 1 } as const;
    files?.take(copyState({ happenings: [{ type: 'failed', subject, error: full, file, part }] }));
  };
  fail('ada.mkv', 1);
  await vi.waitFor(() =>
    expect(sent).toMatchObject([{ type: 'cut', number: 2, folder: { name: 'take', path: other } }]),
  );
  // Nobody recovers what the process still writes.
  expect(await readFile(join(other, takeLockName), 'utf8')).toContain('"writer"');
  expect(problems).toEqual([]);
  // There is no third one.
  fail('ada-part2.mkv', 2);
  await vi.waitFor(() => expect(problems).toMatchObject([{ concerns: 'take', error: { code: 'diskFull' } }]));
  const { folders } = await take.stop(() => undefined);
  expect(folders).toMatchObject([{ path: folder }, { path: other, moved: { code: 'diskFull' } }]);
  await rm(other, { recursive: true });
});
