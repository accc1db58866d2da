import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NdjsonFile } from '../../../src-main/telemetry/ndjson-file.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-ndjson-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('appends a document a line, and has them on disk when it is closed', async () => {
  const path = join(folder, 'telemetry.ndjson');
  await writeFile(path, '{"first":true}\n');
  const file = new NdjsonFile(path, 1_000_000);
  file.write({ at: 1, text: 'two\nlines' });
  file.write({ at: 2 });
  await file.close();
  await file.close();
  expect(await readFile(path, 'utf8')).toBe('{"first":true}\n{"at":1,"text":"two\\nlines"}\n{"at":2}\n');
  expect(file.skippedLines).toBe(0);
});

it('leaves lines out, and counts them, while the disk is behind by more than the cap', async () => {
  const path = join(folder, 'telemetry.ndjson');
  // Nothing is written before the event loop turns: the third line finds more than 30 bytes waiting.
  const file = new NdjsonFile(path, 30);
  for (let line = 0; line < 5; line += 1) file.write({ line, is: 'long' });
  expect(file.skippedLines).toBe(3);
  await file.close();
  expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(3);
});

it('goes on counting, and closes, when it cannot be written', async () => {
  const file = new NdjsonFile(join(folder, 'missing', 'telemetry.ndjson'), 1_000);
  file.write({ line: 1 });
  await vi.waitFor(() => {
    file.write({ line: 2 });
    expect(file.skippedLines).toBeGreaterThan(0);
  });
  await file.close();
});
