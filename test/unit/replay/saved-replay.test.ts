import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { profiles } from '#engine/contract/profile.js';
import { FrameAccounting } from '#engine/pipeline/accounting.js';
import type { Replay } from '#engine/replay/build-replay.js';
import { SavedReplay, type SaveOptions } from '#engine/replay/saved-replay.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { lockState } from '#engine/storage/take-lock.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';
import { fragment, fragmentedHead } from '../mp4/fragmented-fixture.js';

const head = fragmentedHead([{ kind: 'audio', timescale: 1000 }]);
const seconds = [0, 1, 2].map((number) =>
  fragment([{ trackId: 1, dts: number * 1000, samples: [{ sizeBytes: 500, ticks: 1000 }] }]),
);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-replay-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function replayOf(file: string): Replay {
  const none = { received: 0, written: 0, queued: 0, dropped: new FrameAccounting().dropped };
  const fragments = seconds.map((bytes, index) => ({
    bytes,
    times: { video: null, audio: { fromMs: index * 1000, toMs: index * 1000 + 1000, beginsWithKey: true } },
    ...{ arrivedMs: 0, isDropped: false },
  }));
  return {
    ...{ startedAt: new Date('2026-11-26T09:00:00Z'), durationMs: 3_000, profile: profiles['720p30'] },
    ...{ audioOnly: false, markers: [{ takeMs: 500, label: 'goal' }], standstills: [], participants: {} },
    files: [
      {
        counted: null,
        seamAudioMs: 0,
        segments: [{ file, head, fragments }],
        entry: {
          ...{ file, identity: 'ada', participantName: 'Ada', kind: 'participant', trackNumber: 1 },
          ...{ state: 'recording', canvas: null, videoCodec: null, audioCodec: 'aac', tracks: [] },
          ...{ segments: [{ file, startMs: 0, endMs: 3_000 }], tracksNotListed: 0, durationMs: null },
          ...{ sizeBytes: null, sha256: null, problem: null, video: none, audio: none, audioSilenceMs: 0 },
          ...{ maxFrameGapMs: 0, missedFrames: 0 },
        },
      },
    ],
  };
}

function options(outputFolder = folder): SaveOptions {
  return {
    ...{ outputFolder, room: 'standup', server: 'example.org', ffmpegPath: 'ffmpeg', plateauVersion: '0' },
    ...{ askedMs: 60_000, takeName: 'standup-1', hurry: new AbortController().signal },
    report: new EventReporter(new EventLog(10), () => null),
  };
}

it('writes a take that has just been stopped: whoever finds it after a crash can recover it', async () => {
  const saved = await SavedReplay.write(replayOf('ada.m4a'), options());
  const manifest = await readManifest(saved.folder.path);
  expect(manifest).toMatchObject({
    ...{ state: 'finalizing', durationMs: 3_000, startedAt: '2026-11-26T09:00:00.000Z' },
    ...{ replay: { askedMs: 60_000, takeName: 'standup-1' }, markers: [{ label: 'goal' }], room: 'standup' },
    ...{ budgetBytes: null, peakRssBytes: null },
  });
  const [file] = manifest.files;
  expect(file?.segments[0]?.packets).toMatchObject({ video: null, audio: { packets: 3, bytes: 1_500 } });
  expect(file?.audio).toMatchObject({ received: 300, written: 300, queued: 0 });
  const bytes = [head, ...seconds].reduce((sum, { length }) => sum + length, 0);
  expect((await stat(join(saved.folder.path, 'ada.m4a'))).size).toBe(bytes);
  expect(await lockState(saved.folder.path)).toMatchObject({ kind: 'held', isOwn: true });
  expect(saved.packets).toEqual([0, 3]);
});

it('leaves nothing behind when it cannot be written', async () => {
  await expect(SavedReplay.write(replayOf('no-folder/ada.m4a'), options())).rejects.toMatchObject({
    code: 'outputUnwritable',
  });
  expect(await readdir(folder)).toEqual([]);
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  await expect(SavedReplay.write(replayOf('ada.m4a'), options(file))).rejects.toMatchObject({
    code: 'outputUnwritable',
  });
  expect(await readdir(folder)).toEqual(['a-file']);
});
