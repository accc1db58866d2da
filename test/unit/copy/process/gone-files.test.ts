import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { PlateauError } from '#engine/contract/errors.js';
import { accountOfManifest, accountOfSnapshot } from '#engine/contract/loss-account.js';
import type { ManifestFile } from '#engine/contract/manifest.js';
import { sinkSnapshotSchema } from '#engine/contract/snapshot.js';
import type { CopyFileState } from '#engine/copy/process/copy-reports.js';
import { RemoteFiles } from '#engine/copy/process/remote-files.js';
import { accountInFile } from '#engine/finalize/copied-account.js';
import { TakeClock } from '#engine/pipeline/take-clock.js';
import { writeCopiedFiles } from '#engine/storage/copied-files.js';
import type { TakeMediaOptions } from '#engine/take/take-media.js';
import { copyState, fileState } from '../../../fixtures/copy-states.js';

const failure = new PlateauError('receiverEnded', 'It was killed.', 'Look.');

/** Files of a process that has told of some of them. */
async function told(files: readonly CopyFileState[], firstPart = 1) {
  const path = await mkdtemp(join(tmpdir(), 'plateau-gone-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  const options = {
    ...{ clock: new TakeClock(), places: { current: { folder: { path, name: 'studio' } } } },
    first: { number: firstPart, atMs: 0 },
  } as unknown as TakeMediaOptions;
  const noop = (): void => undefined;
  const events = { onOpenChanged: noop, onFailed: noop, onRefused: noop };
  const link = { pid: 4_711, send: noop, finish: () => Promise.resolve() };
  const remote = new RemoteFiles(options, events, link, noop);
  remote.take(copyState({ files: [...files] }));
  return { path, remote };
}

/** A file of somebody else. */
function ofBen(): CopyFileState {
  const { entry, snapshot } = fileState('ben.mkv');
  return { entry: { ...entry, identity: 'ben' }, snapshot };
}

/** So many packets and frames more than the fixture has, all of them written. */
function counted({ entry, snapshot }: CopyFileState, more: number): CopyFileState {
  const account = { ...entry.video, received: 10 + more, written: 7 + more };
  const { copy } = entry;
  if (copy === undefined) throw new Error('It has no account.');
  const { frames, packets } = copy.video;
  const stream = {
    packets: { ...packets, expected: 12 + more, received: 10 + more },
    frames: { ...frames, begun: 10 + more, written: 7 + more },
  };
  return {
    entry: { ...entry, video: account, audio: account, copy: { video: stream, audio: stream } },
    snapshot,
  };
}

const inPart = ({ entry, snapshot }: CopyFileState, number: number, endMs: number | null): CopyFileState => ({
  entry: {
    ...entry,
    part: { number, startMs: (number - 1) * 4_000, endMs },
    segments: [{ file: entry.file, startMs: (number - 1) * 4_000, endMs }],
  },
  snapshot,
});

/** What a file is finished with that holds fewer packets than its process had told. */
function read(entry: ManifestFile, packets: number): ManifestFile {
  const found = { packets, bytes: 1, sha256: '' };
  const gaps = [{ stream: 'audio', atMs: 3_000, durationMs: 1_200 }] as const;
  const inFile = accountInFile(entry, { video: found, audio: found }, { audio: 3_000, video: 3_000 }, gaps);
  const lost = gaps.map((gap) => ({ ...gap, cause: 'neverArrived' as const, lostFrames: null }));
  return { ...inFile, state: 'verified', sizeBytes: 12_345, gaps: [...(inFile.gaps ?? []), ...lost] };
}

it('what was on its way into a file is lost as soon as its process is gone', async () => {
  const { remote } = await told([fileState('ada.mkv')]);
  remote.gone(failure);
  const [shown] = remote.snapshots();
  expect(sinkSnapshotSchema.parse(shown)).toEqual(shown);
  expect(shown).toMatchObject({
    ...{ file: 'ada.mkv', isRecording: false, diskQueueBytes: 0, writtenBytes: 9 },
    video: {
      ...{ isLive: false, fpsIn: null, fpsOut: null, queuedFrames: 0, width: 640 },
      accounting: { received: 10, written: 7, queued: 0, dropped: { receiverLost: 3 } },
    },
    audio: { isLive: false, accounting: { written: 7, queued: 0, dropped: { receiverLost: 3 } } },
    copy: { video: { packets: { missing: 0, lost: { ended: 2 } }, frames: { queued: 0, dropped: 3 } } },
  });
});

it('what is shown of a file whose process is gone is what is in it, once that is read', async () => {
  const { remote } = await told([counted(fileState('ada.mkv'), 93), ofBen()]);
  remote.gone(failure);
  await remote.finish(4_200);
  expect(remote.snapshots()[0]?.video?.accounting.written).toBe(100);
  const [ada, ben] = remote.entries();
  if (ada === undefined || ben === undefined) throw new Error('There are two.');
  const finished = [read({ ...ada, copy: withReach(ada.copy) }, 80), ben];
  remote.partFinished(1, finished);
  const [shown] = remote.snapshots();
  expect(shown).toMatchObject({
    video: { accounting: { written: 80, dropped: { receiverLost: 23 } } },
    audio: { accounting: { written: 80, dropped: { receiverLost: 23 } }, lostMs: 1_200 },
    ...{ copy: { video: { frames: { written: 80 } } }, writtenBytes: 12_345 },
  });
  // The same is said of it as at the end.
  const { dropped, gaps, losses, lostPackets } = accountOfManifest({ files: finished, notRecorded: [] });
  expect(accountOfSnapshot({ sinks: remote.snapshots() })).toMatchObject({
    dropped,
    gaps,
    losses,
    lostPackets,
  });
});

it('somebody’s new name stays in what is shown', async () => {
  const { remote } = await told([fileState('ada.mkv')]);
  remote.gone(failure);
  await remote.finish(4_200);
  const [ada] = remote.entries();
  if (ada === undefined) throw new Error('There is one.');
  remote.partFinished(1, [read({ ...ada, copy: withReach(ada.copy) }, 5)]);
  remote.rename('ada', 'Ada Lovelace');
  expect(remote.snapshots()).toMatchObject([{ participantName: 'Ada Lovelace' }]);
});

it('the parts of one person’s file are shown together', async () => {
  const first = inPart(counted(fileState('ada.mkv'), 20), 1, 4_000);
  const settled = { ...first.entry, video: { ...first.entry.video, written: 30, queued: 0 } };
  const second = inPart(fileState('ada-part2.mkv'), 2, null);
  const { remote } = await told([{ entry: settled, snapshot: null }, second]);
  remote.gone(failure);
  await remote.finish(6_000);
  expect(remote.snapshots()).toMatchObject([
    {
      file: 'ada-part2.mkv',
      video: { accounting: { received: 40, written: 37, queued: 0, dropped: { receiverLost: 3 } } },
      copy: { video: { packets: { expected: 44 } } },
    },
  ]);
});

it('what a process had counted while nobody could hear it is known when it is gone', async () => {
  const { path, remote } = await told([fileState('ada.mkv'), counted(ofBen(), 50)]);
  remote.rename('ada', 'Ada Lovelace');
  const cyd = { ...fileState('cyd.mkv').entry, identity: 'cyd' };
  const left = [counted(fileState('ada.mkv'), 90).entry, counted(ofBen(), 40).entry, cyd];
  await writeCopiedFiles(path, { hasEnded: false, takeMs: 8_000, files: left });
  remote.gone(failure);
  await remote.finish(9_000);
  const entries = remote.entries();
  expect(entries.map(({ file }) => file)).toEqual(['ada.mkv', 'ben.mkv', 'cyd.mkv']);
  expect(entries.map(({ copy, video }) => [copy?.video.packets.expected, video.written])).toEqual([
    [102, 97],
    // What was told is newer.
    [62, 57],
    [12, 7],
  ]);
  expect(entries[0]).toMatchObject({
    ...{ participantName: 'Ada Lovelace', segments: [{ endMs: 9_000, packets: null }] },
    // Up to two seconds of it came behind that, and are in the file.
    ...{ tracks: [{ untilMs: 9_000 }], gaps: [] },
  });
  expect(remote.snapshots().map(({ copy }) => copy?.video.packets.expected)).toEqual([102, 62, 12]);
});

it('what a process had ended in order while nobody could hear it is what it says', async () => {
  const { path, remote } = await told([inPart(fileState('ada.mkv'), 1, null)]);
  const ended = inPart(fileState('ada.mkv'), 1, 4_000).entry;
  await writeCopiedFiles(path, { hasEnded: false, takeMs: 8_000, files: [ended] });
  remote.gone(failure);
  await remote.finish(9_000);
  expect(remote.entries()).toEqual([ended]);
});

it('what a process before had left is none of the next one’s', async () => {
  const { path, remote } = await told([inPart(fileState('ada-part2.mkv'), 2, null)], 2);
  const before = inPart(fileState('ada.mkv'), 1, null).entry;
  await writeCopiedFiles(path, { hasEnded: false, takeMs: 3_000, files: [before] });
  remote.gone(failure);
  await remote.finish(9_000);
  expect(remote.entries().map(({ file }) => file)).toEqual(['ada-part2.mkv']);
});

/** Sent up to the end of what is counted. */
function withReach(copy: ManifestFile['copy']): ManifestFile['copy'] {
  if (copy === undefined) return undefined;
  const sent = { fromMs: 0, toMs: 4_000 };
  return { video: { ...copy.video, sent }, audio: { ...copy.audio, sent } };
}
