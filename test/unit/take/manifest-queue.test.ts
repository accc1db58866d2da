import { afterEach, expect, it, vi } from 'vitest';
import type { Manifest } from '../../../src-main/contract/manifest.js';
import * as manifestFile from '../../../src-main/storage/manifest-file.js';
import { ManifestQueue } from '../../../src-main/take/take-manifest.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

vi.mock(import('../../../src-main/storage/manifest-file.js'), { spy: true });

afterEach(() => {
  vi.resetAllMocks();
});

function named(takeName: string): Manifest {
  return { takeName, files: [] } as unknown as Manifest;
}

it('writes the first and the newest of a hundred that come at once, and tells all of them', async () => {
  const written: string[] = [];
  let release: () => void = () => undefined;
  vi.mocked(manifestFile.writeManifest).mockImplementation(async (_folder, { takeName }) => {
    written.push(takeName);
    if (written.length > 1) return;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  const queue = new ManifestQueue('/takes', new EventReporter(new EventLog(10), () => null));
  const first = queue.save(() => named('0'));
  await vi.waitFor(() => {
    expect(written).toEqual(['0']);
  });
  const others = Array.from({ length: 99 }, (_, index) => queue.save(() => named(String(index + 1))));
  release();
  await Promise.all([first, ...others]);
  expect(written).toEqual(['0', '99']);
});

it('goes on after one that could not be written', async () => {
  const log = new EventLog(10);
  const queue = new ManifestQueue('/takes', new EventReporter(log, () => null));
  const write = vi.mocked(manifestFile.writeManifest).mockRejectedValueOnce(new Error('no space'));
  await queue.save(() => named('lost'));
  write.mockResolvedValueOnce(undefined);
  await queue.save(() => named('kept'));
  expect(write.mock.calls.map(([, { takeName }]) => takeName)).toEqual(['lost', 'kept']);
  expect(log.entries.map(({ name }) => name)).toEqual(['manifestUnwritable']);
});
