import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { noDrops } from '#engine/contract/drop-causes.js';
import { type ManifestFile, manifestFileSchema } from '#engine/contract/manifest.js';
import { isUnfed, withoutUnfed } from '#engine/finalize/unfed-files.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';

const endMs = 9_000;
const nothing = { received: 0, written: 0, queued: 0, dropped: noDrops() };
const track = { trackSid: 'TR_1', name: '', role: 'camera', fromMs: 3_100, untilMs: 3_250 } as const;

function fileWith(changes: Partial<ManifestFile> = {}): ManifestFile {
  return {
    ...manifestFileSchema.parse({
      ...{ file: 'ada-camera-2.mkv', identity: 'ada', participantName: 'Ada', kind: 'participant' },
      ...{ trackNumber: 2, state: 'recording', canvas: null, videoCodec: null, audioCodec: 'opus' },
      segments: [{ file: 'ada-camera-2.mkv', startMs: 0, endMs }],
      ...{ durationMs: null, sizeBytes: null, sha256: null, problem: null, maxFrameGapMs: 0 },
      ...{ video: nothing, audio: nothing, audioSilenceMs: endMs, missedFrames: 0 },
      tracks: [track],
    }),
    ...changes,
  };
}

const lost = { ...noDrops(), otherCodec: 5 };
const gap = { stream: 'video', atMs: 0, durationMs: 500, cause: 'neverArrived', lostFrames: null } as const;
const part = { number: 1, startMs: 0, endMs: 5_000 };

it.each<[string, boolean, Partial<ManifestFile>]>([
  ['of a track that ended before anything came', true, {}],
  ['whose only track went on elsewhere before the file stood', true, { tracks: [] }],
  [
    'of a track of which nothing but what was nowhere due came',
    true,
    { video: { ...nothing, received: 3, dropped: { ...noDrops(), endOfTrack: 3 } } },
  ],
  ['of a part that its track did not see the end of', true, { part }],
  ['of a track that is on to the end', false, { tracks: [{ ...track, untilMs: endMs }] }],
  ['of a part to whose end its track was on', false, { part, tracks: [{ ...track, untilMs: 5_000 }] }],
  ['that holds a frame', false, { video: { ...nothing, received: 1, written: 1 } }],
  ['that holds sound', false, { audio: { ...nothing, received: 1, written: 1 } }],
  ['that has lost what came', false, { video: { ...nothing, received: 5, dropped: lost } }],
  ['of which something never came', false, { missedFrames: 4 }],
  ['with a gap', false, { gaps: [gap] }],
  ['that has failed', false, { problem: 'The disk is full.' }],
])('says of a file %s: unfed is %s', (_, expected, changes) => {
  expect(isUnfed(fileWith(changes), endMs)).toBe(expected);
});

it('removes such a file, and tells it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plateau-unfed-'));
  const fed = fileWith({ file: 'ada.mkv', audio: { ...nothing, received: 1, written: 1 } });
  for (const name of ['ada.mkv', 'ada-camera-2.mkv']) await writeFile(join(folder, name), 'x');
  const log = new EventLog(10);
  const report = new EventReporter(log, () => 0);
  expect(await withoutUnfed({ folder, entries: [fed, fileWith()], report }, endMs)).toEqual([fed]);
  expect(await readdir(folder)).toEqual(['ada.mkv']);
  expect(log.entries.map(({ identity, name }) => [name, identity])).toEqual([['emptyFileRemoved', 'ada']]);
  await rm(folder, { recursive: true });
});
