import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { unaccountedCopies } from '#engine/contract/copy-account.js';
import { unaccountedFrames } from '#engine/contract/drop-causes.js';
import { manifestFileSchema } from '#engine/contract/manifest.js';
import { sinkSnapshotSchema } from '#engine/contract/snapshot.js';
import { computeBudget } from '#engine/telemetry/budget.js';
import { copiedFilesIn, Fed } from '../../../fixtures/copied-files.js';
import { blocksOf } from '../../../fixtures/matroska-blocks.js';

const filesOf = (maxFiles: number | null = null) => copiedFilesIn(folder, maxFiles);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-copy-files-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the files of a copied take', () => {
  it('are one for camera and microphone, one for a screen, and one for each further track', async () => {
    const { add, files, log } = filesOf();
    await add(new Fed('TR_mic', 'microphone'));
    await add(new Fed('TR_cam', 'camera'));
    await add(new Fed('TR_screen', 'screenShare'));
    await add(new Fed('TR_screenAudio', 'screenShareAudio'));
    await add(new Fed('TR_mic2', 'microphone', 'ada', { name: 'room' }));
    await add(new Fed('TR_bob', 'microphone', '../bob'));
    const entries = files.entries();
    expect(
      entries.map(({ file, identity, kind, trackNumber }) => [file, identity, kind, trackNumber]),
    ).toEqual([
      ['ada.mkv', 'ada', 'participant', 1],
      ['ada-screen.mkv', 'ada', 'screenShare', 1],
      ['ada-2.mkv', 'ada', 'participant', 2],
      [expect.stringMatching(/^[^/\\]+\.mkv$/), '../bob', 'participant', 1],
    ]);
    expect(entries[0]?.tracks.map(({ trackSid }) => trackSid)).toEqual(['TR_mic', 'TR_cam']);
    expect(log.entries.map(({ name }) => name)).toContain('furtherTrack');
    expect(files.openCount).toBe(4);
    await files.finish(0);
    expect(files.openCount).toBe(0);
  });

  it('have the rate that comes: what waited for its times and is written at once is none', async () => {
    const { add, clock, files } = filesOf();
    const camera = await add(new Fed('TR_cam', 'camera'));
    const rates: unknown[] = [];
    const fromMs = performance.now() - clock.nowMs();
    for (let ms = 0; ms < 6_000; ms += 40) {
      camera.send(ms === 0, fromMs + ms);
      files.tick(ms);
      if (ms % 200 !== 0) continue;
      const [snapshot] = files.snapshots(ms);
      rates.push(snapshot?.video?.fpsOut);
    }
    expect(rates.slice(0, 5)).toEqual([null, null, null, null, null]);
    for (const fps of rates.slice(5)) {
      expect(fps).toBeGreaterThan(23);
      expect(fps).toBeLessThan(27);
    }
    await files.finish(6_000);
  });

  it('are told of by the manifest and by telemetry, with sums that add up while they grow and afterwards', async () => {
    const { add, clock, files } = filesOf();
    const camera = await add(new Fed('TR_cam', 'camera'));
    const microphone = await add(new Fed('TR_mic', 'microphone'));
    const fromMs = performance.now() - clock.nowMs();
    for (let ms = 0; ms < 1_000; ms += 20) {
      microphone.send(true, fromMs + ms);
      if (ms % 40 === 0) camera.send(ms === 0, fromMs + ms);
    }
    files.tick(1_000);
    const [snapshot] = files.snapshots(1_000);
    expect(sinkSnapshotSchema.parse(snapshot)).toEqual(snapshot);
    expect(snapshot).toMatchObject({
      isRecording: true,
      video: { isLive: true, width: 1280 },
      ffmpegRssBytes: 0,
    });
    const [growing] = files.entries();
    if (growing?.copy === undefined) throw new Error('There is no file.');
    expect(manifestFileSchema.parse(growing)).toEqual(growing);
    expect(unaccountedCopies(growing.copy.video) + unaccountedCopies(growing.copy.audio)).toBe(0);
    expect(growing.segments).toEqual([{ file: 'ada.mkv', startMs: 0, endMs: null }]);

    await files.finish(1_000);
    const [entry] = files.entries();
    if (entry?.copy === undefined) throw new Error('There is no file.');
    expect(manifestFileSchema.parse(entry)).toEqual(entry);
    expect(entry).toMatchObject({
      canvas: { width: 1280, height: 720 },
      videoCodec: 'vp8',
      audioCodec: 'opus',
    });
    expect(entry.video).toMatchObject({ received: 25, written: 25, queued: 0 });
    expect(entry.audio).toMatchObject({ received: 100, written: 100, queued: 0 });
    expect(unaccountedFrames(entry.video) + unaccountedFrames(entry.audio)).toBe(0);
    expect(unaccountedCopies(entry.copy.video) + unaccountedCopies(entry.copy.audio)).toBe(0);
    expect(entry.copy.video.packets.received).toBe(camera.packets);
    const blocks = blocksOf(await readFile(join(folder, 'ada.mkv')));
    expect(entry.segments[0]?.packets).toMatchObject({
      video: { packets: blocks.filter(({ track }) => track === 1).length },
      audio: { packets: blocks.filter(({ track }) => track === 2).length },
    });
  });

  it('keep what waited in the sockets while the process stood still, however long reading it takes', async () => {
    const { add, clock, files } = filesOf();
    const microphone = await add(new Fed('TR_mic', 'microphone'));
    const fromMs = performance.now() - clock.nowMs();
    for (let ms = 0; ms < 25_000; ms += 20) {
      const wasSentInStandstill = ms >= 2_000 && ms < 22_000;
      // All of it is read within two seconds behind the standstill.
      const arrivedMs = wasSentInStandstill ? 22_000 + (ms - 2_000) / 10 : ms;
      if (wasSentInStandstill && ms % 2_000 === 0) files.tick(Math.max(22_200, arrivedMs));
      else if (!wasSentInStandstill && ms % 200 === 0 && (ms < 2_000 || ms > 24_000)) files.tick(ms);
      microphone.send(true, fromMs + ms, fromMs + arrivedMs);
    }
    await files.finish(25_000);
    const [{ audio, audioLostMs } = {}] = files.entries();
    expect(audio).toMatchObject({ received: 2_500, written: 2_500 });
    expect(audioLostMs).toBe(0);
  });

  it('say from when to when there is something that was sent, and whether more is due', async () => {
    const { add, clock, files } = filesOf();
    const [camera, microphone] = [new Fed('TR_cam', 'camera'), new Fed('TR_mic', 'microphone')];
    for (const track of [camera, microphone, new Fed('TR_screen', 'screenShare')]) await add(track);
    const fromMs = performance.now() - clock.nowMs();
    for (let ms = 0; ms < 1_000; ms += 20) camera.send(ms === 0, fromMs + ms);
    for (let ms = 300; ms < 700; ms += 20) microphone.send(true, fromMs + ms);
    files.setMuted(microphone, true, 700);
    const [own, screen] = files.entries().map(({ copy }) => copy);
    expect(own?.video).toMatchObject({ isOn: true, sent: { fromMs: 0, toMs: 980 } });
    expect([own?.audio.isOn, own?.audio.sent]).toEqual([false, { fromMs: 300, toMs: 700 }]);
    expect(screen?.video.isOn).toBe(false);
    await files.finish(1_000);
    expect(files.entries()[0]?.copy?.video).not.toHaveProperty('isOn');
  });

  it('keep their place when a track is published again, also when the new one is heard of first', async () => {
    const { add, files } = filesOf();
    const first = await add(new Fed('TR_1', 'microphone'), 0);
    first.send(true, performance.now());
    first.end();
    const second = await add(new Fed('TR_2', 'microphone'), 500);
    expect(files.entries().map(({ file }) => file)).toEqual(['ada.mkv']);
    await add(new Fed('TR_3', 'microphone'), files.entries().length);
    expect(files.entries().map(({ file }) => file)).toEqual(['ada.mkv', 'ada-2.mkv']);
    second.end();
    const [ada] = files.entries();
    expect(ada?.tracks.map(({ trackSid, untilMs }) => [trackSid, untilMs === null])).toEqual([
      ['TR_1', false],
      ['TR_2', false],
      ['TR_3', true],
    ]);
    // What the first track sent is counted, although it is gone.
    expect(ada?.copy?.audio.packets.received).toBe(1);
    await files.finish(600);
  });

  it('have each packet once, also of a track that was published again and heard of before the end of the first', async () => {
    const { add, files } = filesOf();
    const first = await add(new Fed('TR_1', 'microphone'), 0);
    const second = await add(new Fed('TR_2', 'microphone'), 100);
    for (const track of [first, second, second]) track.send(true, performance.now());
    first.end();
    second.send(true, performance.now());
    await files.finish(600);
    expect(files.entries().map(({ copy, file }) => [file, copy?.audio.packets.received])).toEqual([
      ['ada.mkv', 2],
      ['ada-2.mkv', 2],
    ]);
  });

  it('are those of the camera that says that it is one: what came before it goes on in a file of its own', async () => {
    const { add, files } = filesOf();
    const unknown = await add(
      new Fed('TR_slides', 'camera', 'ada', { isRoleDeclared: false, name: 'slides' }),
    );
    unknown.send(true, performance.now());
    const camera = await add(new Fed('TR_cam', 'camera'), 500);
    for (const track of [unknown, camera]) track.send(true, performance.now());
    expect(files.entries().map(({ file, tracks }) => [file, tracks.map(({ trackSid }) => trackSid)])).toEqual(
      [
        ['ada.mkv', ['TR_slides', 'TR_cam']],
        ['ada-camera-2.mkv', ['TR_slides']],
      ],
    );
    const [first, second] = files.entries();
    expect(first?.tracks.map(({ untilMs }) => untilMs === null)).toEqual([false, true]);
    // Every packet is on the account of the file that it went into.
    await files.finish(600);
    const received = files.entries().map(({ copy }) => copy?.video.packets.received);
    expect(received[0]).toBe(2 * (received[1] ?? NaN));
    for (const { copy } of files.entries())
      expect(copy === undefined ? -1 : unaccountedCopies(copy.video)).toBe(0);
    expect(second?.trackNumber).toBe(2);
  });

  it.each([
    ['muted since', false, true],
    ['on since', true, false],
  ])('know that a track which goes on in a file of its own is %s', async (_, wasMuted, isMuted) => {
    const { add, files } = filesOf();
    const noise = new Fed('TR_noise', 'microphone', 'ada', { isRoleDeclared: false, isMuted: wasMuted });
    await add(noise);
    files.setMuted(noise, isMuted, 100);
    await add(new Fed('TR_mic', 'microphone'), 500);
    for (let ms = 500; ms < 6_000; ms += 200) files.tick(ms);
    const [own, further] = files.entries();
    expect([own?.tracks, further?.tracks].map((tracks) => tracks?.map(({ trackSid }) => trackSid))).toEqual([
      ['TR_noise', 'TR_mic'],
      ['TR_noise'],
    ]);
    expect(further?.copy?.audio.isOn).toBe(!isMuted);
    expect(files.alarms.some(({ trackSid }) => trackSid === 'TR_noise')).toBe(!isMuted);
    await files.finish(6_000);
    expect((files.entries()[1]?.audioLostMs ?? NaN) > 0).toBe(!isMuted);
  });

  it('lack nothing without a word of video that goes on in another one: a key frame is asked for, and what comes before it is lost', async () => {
    const { add, clock, files } = filesOf();
    const slides = await add(new Fed('TR_slides', 'camera', 'ada', { isRoleDeclared: false }));
    const fromMs = performance.now() - clock.nowMs();
    for (let ms = 0; ms < 1_000; ms += 40) slides.send(ms === 0, fromMs + ms);
    await add(new Fed('TR_cam', 'camera'), 1_000);
    const asks = vi.spyOn(slides.track, 'requestKeyFrame');
    slides.send(false, fromMs + 1_000);
    expect(asks).toHaveBeenCalledOnce();
    for (let ms = 1_040; ms < 2_000; ms += 40) slides.send(ms === 1_400, fromMs + ms);
    await files.finish(2_000);
    const [, further] = files.entries();
    expect(further?.file).toBe('ada-camera-2.mkv');
    expect(further?.video).toMatchObject({ received: 25, written: 15, dropped: { awaitingKey: 10 } });
    expect(further?.gaps).toEqual([expect.objectContaining({ stream: 'video', lostFrames: 10 })]);
  });

  it('know that a track was muted while its file was being made', async () => {
    const { add, files } = filesOf();
    const microphone = new Fed('TR_mic', 'microphone');
    const coming = add(microphone);
    files.setMuted(microphone, true, 0);
    await coming;
    expect(files.entries()[0]?.copy?.audio.isOn).toBe(false);
    await files.finish(1_000);
  });

  it('are no more than there may be, and a file that cannot be made is told of', async () => {
    const { add, files, refused } = filesOf(1);
    await add(new Fed('TR_1', 'microphone'));
    await add(new Fed('TR_2', 'microphone', 'bob'));
    expect(refused).toEqual(['TR_2 tooManyFiles']);
    expect(files.entries()).toHaveLength(1);
    await files.finish(0);

    await rm(folder, { recursive: true });
    const other = filesOf();
    await other.add(new Fed('TR_1', 'microphone'));
    const [entry] = other.files.entries();
    expect(entry).toMatchObject({ segments: [], canvas: null });
    expect(entry?.problem).not.toBeNull();
    expect(other.failed).toEqual(['ada.mkv 1 outputUnwritable']);
    await other.files.finish(0);
  });

  it('say of a track that is on and delivers nothing, and not while the connection is lost', async () => {
    const { add, files } = filesOf();
    const [camera, microphone] = [new Fed('TR_cam', 'camera'), new Fed('TR_mic', 'microphone')];
    await add(camera);
    await add(microphone);
    await add(new Fed('TR_off', 'microphone', 'bob', { isMuted: true }));
    const run = (fromMs: number, toMs: number, sends: boolean): string[] => {
      for (let ms = fromMs; ms < toMs; ms += 200) {
        if (sends) microphone.send(true, ms);
        files.tick(ms);
      }
      return files.alarms.map(({ durationMs, hadSignal, kind, trackSid }) =>
        [trackSid, kind, durationMs, hadSignal].join(' '),
      );
    };
    expect(run(0, 4_600, true)).toEqual([]);
    expect(run(4_600, 5_000, true)).toEqual(['TR_cam noFrames 4800 false']);
    files.setConnected(false);
    expect(run(5_000, 20_000, false)).toEqual([]);
    files.setConnected(true);
    expect(run(20_000, 24_400, false)).toEqual([]);
    expect(run(24_400, 24_800, false)).toEqual(['TR_cam noFrames 4800 false', 'TR_mic noAudio 4800 false']);
    // That its owner withholds it is said already.
    Object.assign(camera.track, { isWithheld: true });
    expect(run(24_800, 25_000, false)).toEqual(['TR_mic noAudio 5000 false']);
    await files.finish(25_000);
  });

  it('go on in the next part, of which manifest and telemetry tell with sums that hold', async () => {
    const { add, cameraAndMicrophone, clock, files } = filesOf();
    const { camera, run } = await cameraAndMicrophone();
    run(0, 1_400);
    files.cutAt({ number: 2, atMs: 1_400 });
    expect([files.lastPart, files.settledPart]).toEqual([2, 0]);
    run(1_400, 2_400);
    vi.spyOn(clock, 'nowMs').mockReturnValue(2_400);
    await vi.waitFor(() => {
      expect(files.settledPart).toBe(1);
    });
    expect(files.entries().map(({ part, segments }) => [part?.number, segments[0]?.endMs])).toEqual([
      [1, 2_000],
      [2, null],
    ]);
    expect(files.snapshots(2_400).map(({ file }) => file)).toEqual(['ada-part2.mkv']);
    // Somebody who comes now begins in it.
    await add(new Fed('TR_bob', 'microphone', 'bob'), 2_400);
    run(2_400, 3_000);
    await files.finish(3_000);
    const entries = files.entries();
    expect(entries.map(({ file, part }) => [file, part])).toEqual([
      ['ada.mkv', { number: 1, startMs: 0, endMs: 2_000 }],
      ['ada-part2.mkv', { number: 2, startMs: 2_000, endMs: null }],
      ['bob-part2.mkv', { number: 2, startMs: 1_400, endMs: null }],
    ]);
    for (const entry of entries) {
      expect(manifestFileSchema.parse(entry)).toEqual(entry);
      if (entry.copy === undefined) throw new Error('It is no copied file.');
      expect(unaccountedCopies(entry.copy.video) + unaccountedCopies(entry.copy.audio)).toBe(0);
      expect(unaccountedFrames(entry.video) + unaccountedFrames(entry.audio)).toBe(0);
      const blocks = blocksOf(await readFile(join(folder, entry.file)));
      expect(entry.segments[0]?.packets?.audio?.packets).toBe(
        blocks.filter(({ track }) => track === 2).length,
      );
    }
    expect(entries.slice(0, 2).map(({ video }) => video.written)).toEqual([50, 25]);
    expect(entries.slice(0, 2).map(({ audio }) => audio.written)).toEqual([200, 100]);
    const received = entries.reduce((sum, { copy }) => sum + (copy?.video.packets.received ?? 0), 0);
    expect(received).toBe(camera.packets);
  });

  it('encode nothing, and nothing of them can be done without', () => {
    const { files } = filesOf();
    expect([files.shapes(), files.isReducible, files.encoders]).toEqual([[], false, []]);
  });
});

it('has a line of the budget for each buffer, which grows with the tracks and stays within its cap', async () => {
  const { add, files } = filesOf();
  const linesNow = (): Record<string, number> =>
    Object.fromEntries(files.budgetLines.map(({ buffer, bytes }) => [buffer, bytes]));
  expect(Object.values(linesNow()).every((bytes) => bytes === 0)).toBe(true);
  await add(new Fed('TR_cam', 'camera'));
  await add(new Fed('TR_mic', 'microphone'));
  const one = linesNow();
  expect(Object.keys(one).every((buffer) => buffer.startsWith('copy: '))).toBe(true);
  expect(one['copy: files that wait for the disk']).toBe(64 * 1024 * 1024);
  expect(one['copy: packets that wait for an earlier one']).toBe(2 * 4 * 1024 * 1024);
  await add(new Fed('TR_bob', 'camera', 'bob'));
  expect(linesNow()['copy: files that wait for the disk']).toBe(2 * 64 * 1024 * 1024);
  const without = computeBudget([], 0).totalBytes;
  const sum = Object.values(linesNow()).reduce((total, bytes) => total + bytes, 0);
  expect(computeBudget([], 0, { others: files.budgetLines }).totalBytes).toBe(without + sum);
  await files.finish(0);
});

it('says of what no key fits that it was dropped for that, in alarms, account and gaps, and counts the others', async () => {
  const { add, clock, files } = filesOf();
  const camera = await add(new Fed('TR_cam', 'camera', 'ada', { isEncrypted: true }));
  const microphone = await add(new Fed('TR_mic', 'microphone', 'ada', { isEncrypted: true }));
  const plain = await add(new Fed('TR_bob', 'microphone', 'bob'));
  const originMs = performance.now() - clock.elapsedMs();
  const alarms: string[] = [];
  for (let ms = 0; ms < 6_000; ms += 100) {
    camera.send(ms === 0, originMs + ms);
    microphone.send(true, originMs + ms);
    plain.send(true, originMs + ms);
    files.tick(ms);
    if (ms === 2_900) expect(files.alarms).toEqual([]);
    if (ms === 3_200)
      alarms.push(...files.alarms.map(({ identity, kind, role }) => `${identity} ${role} ${kind}`));
  }
  expect(alarms).toEqual(['ada camera notDecrypted', 'ada microphone notDecrypted']);
  await files.finish(6_000);
  const [ada, bob] = files.entries();
  if (ada?.copy === undefined || bob === undefined) throw new Error('There have to be two files.');
  expect(ada.video.dropped.notDecrypted).toBe(60);
  expect(ada.copy.audio.frames).toMatchObject({ begun: 60, written: 0, dropped: 60 });
  expect(unaccountedCopies(ada.copy.video) + unaccountedCopies(ada.copy.audio)).toBe(0);
  expect(unaccountedFrames(ada.video) + unaccountedFrames(ada.audio)).toBe(0);
  expect(ada.gaps?.map(({ cause, stream }) => `${stream} ${cause}`)).toEqual([
    'audio dropped',
    'video dropped',
  ]);
  expect(files.snapshots(0)[0]?.gaps?.count).toBe(2);
  expect(bob.copy?.audio.frames.written).toBeGreaterThan(30);
});
