import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ManifestFile } from '#engine/contract/manifest.js';
import { copyProfile } from '#engine/contract/profile.js';
import { MatroskaFile } from '#engine/copy/file/matroska-file.js';
import { BlackFiller } from '#engine/finalize/black-filler.js';
import { makeUsable } from '#engine/finalize/finalize-take.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';
import { fileState } from '../../fixtures/copy-states.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-end-copied-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A file as a process left it that was killed: so many packets of audio were on the disk. */
async function left(name: string, packets: number): Promise<void> {
  const file = await MatroskaFile.create(join(folder, 'growing.mkv'));
  for (let index = 0; index < packets; index += 1)
    file.write('audio', index * 20, true, Buffer.from([0xf8, 0x11, 0x22, 0x33]), 20);
  file.flush();
  await file.drained();
  await copyFile(join(folder, 'growing.mkv'), join(folder, name));
  await file.finish();
  await rm(join(folder, 'growing.mkv'));
}

function entryOf(file: string): ManifestFile {
  const { entry } = fileState(file);
  return { ...entry, canvas: null, segments: [{ file, startMs: 0, endMs: 900, packets: null }] };
}

async function toldOf(files: readonly string[]): Promise<{ names: string[]; states: string[] }> {
  const log = new EventLog(20);
  const { entries } = await makeUsable({
    ...{ folder, profile: copyProfile, ffmpegPath: 'none', filler: new BlackFiller(folder, 'none') },
    ...{ entries: files.map(entryOf), markers: [], report: new EventReporter(log, () => null) },
    onProgress: () => undefined,
  });
  return { names: log.entries.map(({ name }) => name), states: entries.map(({ state }) => state) };
}

it('is not said to play when nothing of it was on the disk by then', async () => {
  await left('ada.mkv', 0);
  const { names, states } = await toldOf(['ada.mkv']);
  expect(names).not.toContain('filesUsable');
  expect(states).not.toContain('unchecked');
});

it('is not said of files of which one holds nothing, and said when each holds something', async () => {
  await left('ada.mkv', 0);
  await left('ben.mkv', 40);
  expect((await toldOf(['ada.mkv', 'ben.mkv'])).names).not.toContain('filesUsable');
  await left('eve.mkv', 40);
  expect((await toldOf(['ben.mkv', 'eve.mkv'])).names).toContain('filesUsable');
});
