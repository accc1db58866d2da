import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Container } from '#engine/contract/profile.js';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { measureSegments } from '#engine/finalize/measure-segments.js';
import { readPackets } from '#engine/finalize/read-packets.js';
import { MatroskaScanner } from '#engine/sink/matroska-scanner.js';
import { Mp4Scanner } from '#engine/sink/mp4-scanner.js';
import type { PacketScanner } from '#engine/sink/packet-scanner.js';
import { canvas, profileFor, writeSegment } from '../finalize/finalize-fixture.js';

const durationMs = 2_500;
const files: [string, Container, boolean][] = [
  ['both.mp4', 'mp4', true],
  ['both.mkv', 'mkv', true],
  ['both.webm', 'webm', true],
  ['audio.mp4', 'mp4', false],
];

let folder: string;
let ffmpegPath: string;

beforeAll(async () => {
  ffmpegPath = (await findFfmpeg()).path;
  folder = await mkdtemp(join(tmpdir(), 'plateau-scanner-'));
  await Promise.all(
    files.map(([name, container, withVideo]) =>
      writeSegment(join(folder, name), { container, durationMs, withVideo }),
    ),
  );
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function scan(container: Container, bytes: Buffer, chunkBytes: number): PacketScanner {
  const scanner = container === 'mp4' ? new Mp4Scanner() : new MatroskaScanner();
  for (let at = 0; at < bytes.length; at += chunkBytes) scanner.push(bytes.subarray(at, at + chunkBytes));
  return scanner;
}

describe('what is counted while a file is written', () => {
  it.each(files)('is what ffmpeg reads from %s', async (name, container, withVideo) => {
    const path = join(folder, name);
    const bytes = await readFile(path);
    const { count } = await readPackets(path, { ffmpegPath });
    expect(count.audio?.packets).toBeGreaterThan((durationMs / 1000) * 46);
    if (withVideo) expect(count.video?.packets).toBe(63);
    for (const chunkBytes of [1, 7, 4_096, bytes.length]) {
      expect(scan(container, bytes, chunkBytes).count(), `in chunks of ${chunkBytes}`).toEqual(count);
    }
  });

  it.each(files)('comes back from the disk wherever %s was cut off', async (name, container, withVideo) => {
    const whole = await readFile(join(folder, name));
    for (const share of [0.31, 0.502, 0.749, 0.9, 0.97, 0.999]) {
      const bytes = whole.subarray(0, Math.floor(whole.length * share));
      const file = `cut-${name}`;
      await writeFile(join(folder, file), bytes);
      const packets = scan(container, bytes, 4_096).count();
      const measured = await measureSegments({
        folder,
        segments: [{ file, startMs: 0, endMs: durationMs, packets }],
        profile: profileFor(container),
        canvas: withVideo ? canvas : null,
        ffmpegPath,
      });
      expect(measured.findings, `at ${share}`).toEqual([]);
      expect(measured.traces.get(file)?.audio?.holdsWritten).toBe(true);
      if (withVideo) expect(measured.traces.get(file)?.video?.holdsWritten).toBe(true);
    }
  });

  it('is a finding when the disk has other packets, or fewer', async () => {
    const whole = await readFile(join(folder, 'both.mp4'));
    const packets = scan('mp4', whole, 4_096).count();
    const measure = async (bytes: Buffer) => {
      await writeFile(join(folder, 'other.mp4'), bytes);
      const segment = { file: 'other.mp4', startMs: 0, endMs: durationMs, packets };
      const profile = profileFor('mp4');
      return measureSegments({ folder, segments: [segment], profile, canvas, ffmpegPath });
    };
    // A bit within the first frame's data.
    const changed = Buffer.from(whole);
    const at = changed.indexOf('mdat') + 100;
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    expect((await measure(changed)).findings).toEqual([
      { code: 'packetsDiffer', message: 'other.mp4 does not hold the packets of video that were written.' },
    ]);
    const { findings, gaps } = await measure(whole.subarray(0, Math.floor(whole.length * 0.6)));
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^other\.mp4 lacks \d+ of the packets of video that were written\.$/),
      expect.stringMatching(/^other\.mp4 lacks \d+ of the packets of audio that were written\.$/),
    ]);
    expect(gaps.find(({ stream }) => stream === 'audio')?.durationMs).toBeGreaterThan(400);
  });
});
