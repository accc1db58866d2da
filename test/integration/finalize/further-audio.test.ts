import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ManifestFile, manifestFileSchema } from '#engine/contract/manifest.js';
import type { Container } from '#engine/contract/profile.js';
import { codecNames } from '#engine/ffmpeg/ffmpeg-arguments.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { BlackFiller } from '#engine/finalize/black-filler.js';
import { finalizeWithAudio, removeObsolete } from '#engine/finalize/further-audio.js';
import { readPackets } from '#engine/finalize/read-packets.js';
import { verifyFile } from '#engine/finalize/verify.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';
import { useInstalledFfmpeg } from '../../fixtures/installed-ffmpeg.js';
import { canvas, findMarks, profileFor, writeSegment } from './finalize-fixture.js';

useInstalledFfmpeg();

let folder: string;
let ffmpegPath: string;
let log: EventLog;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-further-'));
  ffmpegPath = (await findFfmpeg()).path;
  log = new EventLog(20);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A file whose encoder wrote from one moment of the take to another. */
async function recorded(
  container: Container,
  file: string,
  { trackNumber = 1, fromMs = 0, untilMs = 4_000, withVideo = false, name = '' },
): Promise<ManifestFile> {
  await writeSegment(join(folder, file), { container, durationMs: untilMs - fromMs, withVideo });
  const { count } = await readPackets(join(folder, file), { ffmpegPath });
  const codecs = codecNames(profileFor(container));
  const none = { received: 0, written: 0, queued: 0, dropped: {} };
  const frames = (untilMs - fromMs) / 10;
  const track = { trackSid: `TR_${file}`, name, role: 'microphone', fromMs, untilMs };
  return manifestFileSchema.parse({
    ...{
      file,
      identity: 'ada',
      participantName: 'Ada',
      kind: 'participant',
      trackNumber,
      state: 'recording',
    },
    ...{ canvas: withVideo ? canvas : null, videoCodec: withVideo ? codecs.video : null },
    audioCodec: codecs.audio,
    segments: [{ file, startMs: fromMs, endMs: untilMs, packets: count }],
    ...{ tracks: [track], durationMs: null, sizeBytes: null, sha256: null, problem: null, video: none },
    audio: { ...none, received: frames, written: frames },
    ...{ audioSilenceMs: 0, maxFrameGapMs: 0, missedFrames: 0, audioLostMs: 0, gaps: [], gapsLeftOut: 0 },
  });
}

async function finalized(
  container: Container,
  entries: readonly ManifestFile[],
  place?: 'file' | 'stream',
): ReturnType<typeof finalizeWithAudio> {
  const profile = profileFor(container);
  const filler = new BlackFiller(folder, ffmpegPath);
  const report = new EventReporter(log, () => null);
  try {
    const inputs = { folder, profile, ffmpegPath, filler, entries, report };
    const request = { ...inputs, markers: [], onProgress: () => undefined };
    return await finalizeWithAudio(request, place);
  } finally {
    await filler.dispose();
  }
}

const named = {
  mp4: ['ada.mp4', 'ada-2.m4a'],
  mkv: ['ada.mkv', 'ada-2.mka'],
  webm: ['ada.webm', 'ada-2.webm'],
};

it.each(['mp4', 'mkv', 'webm'] as const)(
  'a microphone that came in mid-take is a further stream of the %s, packet by packet and at its time',
  async (container) => {
    const [own = '', further = ''] = named[container];
    const entries = [
      await recorded(container, own, { withVideo: true }),
      await recorded(container, further, { trackNumber: 2, fromMs: 1_500, name: 'background' }),
    ];
    const { entries: files, obsolete } = await finalized(container, entries, 'stream');
    expect(log.entries.filter(({ level }) => level !== 'info').map(({ message }) => message)).toEqual([]);
    expect(files.map(({ file, state }) => [file, state])).toEqual([[own, 'verified']]);
    expect(obsolete).toEqual([further]);
    const [ada] = files;
    if (ada === undefined) throw new Error('there is no file');
    expect(ada.furtherAudio).toMatchObject([
      { trackNumber: 2, tracks: [{ name: 'background', fromMs: 1_500 }], audio: { written: 250 } },
    ]);
    // Until the manifest is written the other file stays: nothing may be lost to a crash.
    expect((await stat(join(folder, further))).size).toBeGreaterThan(0);
    await removeObsolete(folder, obsolete);
    // The mark stays until the manifest says the same.
    expect((await readdir(folder)).sort()).toEqual([`.${own}.finished`, own].sort());
    const path = join(folder, own);
    const packets = ada.stamps?.intact.packets ?? null;
    expect(packets?.furtherAudio).toHaveLength(1);
    const checked = await verifyFile(path, { ...ada, packets }, 'full', { ffmpegPath });
    expect(checked.findings).toEqual([]);
    const [first, second] = [await findMarks(path, '0:a:0'), await findMarks(path, '0:a:1')];
    const near = (times: readonly number[]): unknown[] =>
      times.map((ms) => expect.closeTo(ms, -1.7) as unknown);
    expect(first.beepsMs).toEqual(near([1_000, 2_000, 3_000].slice(-first.beepsMs.length)));
    expect(first.beepsMs.length).toBeGreaterThanOrEqual(3);
    expect(second.beepsMs).toEqual(near([1_500, 2_500, 3_500]));
    // A stream that is not as it was recorded is found.
    const [count] = packets?.furtherAudio ?? [];
    const other = {
      video: null,
      audio: null,
      furtherAudio: count === undefined ? [] : [{ ...count, packets: 1 }],
    };
    const wrong = await verifyFile(path, { ...ada, packets: other }, 'quick', { ffmpegPath });
    expect(wrong.findings.map(({ code, message }) => [code, message])).toEqual([
      ['packetsDiffer', expect.stringContaining('audio stream 2') as unknown],
    ]);
  },
);

it('stays in a file of its own unless somebody wants it otherwise, and where there is no file to go into', async () => {
  const entries = [
    await recorded('mp4', 'ada.m4a', {}),
    await recorded('mp4', 'ada-2.m4a', { trackNumber: 2 }),
  ];
  const apart = await finalized('mp4', entries);
  expect(apart.entries.map(({ file }) => file)).toEqual(['ada.m4a', 'ada-2.m4a']);
  expect(apart.obsolete).toEqual([]);
  const alone = await recorded('mp4', 'ben-2.m4a', { trackNumber: 2 });
  const { entries: files } = await finalized('mp4', [{ ...alone, identity: 'ben' }], 'stream');
  expect(files).toMatchObject([{ file: 'ben-2.m4a', state: 'verified' }]);
  expect(files[0]?.furtherAudio).toBeUndefined();
});

it('stays in a file of its own when it cannot be joined, which is said', async () => {
  const entries = [
    await recorded('mp4', 'ada.m4a', {}),
    await recorded('mp4', 'ada-2.m4a', { trackNumber: 2 }),
  ];
  // Nobody may write there.
  await writeFile(join(folder, 'keep'), '');
  const { entries: done } = await finalized('mp4', entries);
  await rm(join(folder, 'ada-2.m4a'));
  const filler = new BlackFiller(folder, ffmpegPath);
  const { addFurtherAudio } = await import('#engine/finalize/further-audio.js');
  const report = new EventReporter(log, () => null);
  const result = await addFurtherAudio({
    folder,
    profile: profileFor('mp4'),
    ffmpegPath,
    entries: done,
    report,
  });
  await filler.dispose();
  expect(result.entries).toEqual(done);
  expect(result.obsolete).toEqual([]);
  expect(log.entries.map(({ name }) => name)).toContain('furtherAudioApart');
  expect((await readdir(folder)).filter((name) => name.endsWith('.finalizing'))).toEqual([]);
});
