import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noDrops } from '../../../src-main/contract/drop-causes.js';
import type { Manifest, ManifestFile } from '../../../src-main/contract/manifest.js';
import { profiles } from '../../../src-main/contract/profile.js';
import { readManifest, writeManifest } from '../../../src-main/storage/manifest-file.js';

/** Makes a take of one file of six bytes. @param fileState null for a take without a file */
export async function addTakeTo(
  folder: string,
  name: string,
  state: Manifest['state'],
  fileState: ManifestFile['state'] | null,
): Promise<void> {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, 'ada.mp4'), 'a file');
  const nothing = {
    received: 0,
    written: 0,
    queued: 0,
    dropped: noDrops(),
  };
  await writeManifest(join(folder, name), {
    schema: 'plateau.manifest/1',
    plateauVersion: '0.1.0',
    room: 'harness',
    server: 'example.org',
    takeName: name,
    state,
    startedAt: `2026-02-03T04:05:0${name.at(-1) ?? '0'}.000Z`,
    stoppedAt: null,
    durationMs: 4000,
    profile: profiles['720p30'],
    audioOnly: false,
    budgetBytes: null,
    peakRssBytes: null,
    notRecorded: [],
    markers: [],
    problem: null,
    files: (fileState === null ? [] : [fileState]).map((known) => ({
      file: 'ada.mp4',
      identity: 'ada',
      participantName: 'Ada',
      kind: 'participant',
      trackNumber: 1,
      state: known,
      canvas: null,
      videoCodec: null,
      audioCodec: 'aac',
      segments: [],
      tracks: [],
      tracksNotListed: 0,
      durationMs: null,
      sizeBytes: null,
      sha256: null,
      problem: null,
      video: nothing,
      audio: nothing,
      audioSilenceMs: 0,
      maxFrameGapMs: 0,
      missedFrames: 0,
    })),
  });
}

/** A take that went on in another folder, whose manifests name each other. @returns the other output folder */
export async function addMovedTakeTo(
  folder: string,
  change: (other: Manifest) => Manifest = (other) => other,
): Promise<string> {
  const elsewhere = await mkdtemp(join(tmpdir(), 'plateau-elsewhere-'));
  await addTakeTo(folder, 'take-7', 'complete', 'verified');
  const first = await readManifest(join(folder, 'take-7'));
  const folders = [folder, elsewhere].map((path, index) => ({
    path: join(path, 'take-7'),
    isThis: index === 0,
    fromPart: index + 1,
    fromMs: index * 3_000,
    moved: index === 0 ? null : { code: 'diskFull', message: 'It is full.', lostFrames: 2, lostAudioMs: 60 },
  }));
  const of = (number: number): ManifestFile[] =>
    first.files.map((entry) => ({
      ...entry,
      file: number === 1 ? 'ada.mp4' : `ada-part${number}.mp4`,
      part: { number, startMs: (number - 1) * 3_000, endMs: number === 1 ? 3_000 : null },
    }));
  await writeManifest(join(folder, 'take-7'), { ...first, folders, files: of(1) });
  await mkdir(join(elsewhere, 'take-7'));
  await writeFile(join(elsewhere, 'take-7', 'ada-part2.mp4'), 'another file');
  const there = folders.map((one) => ({ ...one, isThis: !one.isThis }));
  await writeManifest(join(elsewhere, 'take-7'), change({ ...first, folders: there, files: of(2) }));
  return elsewhere;
}
