import { readFileSync } from 'node:fs';
import { afterAll, expect, vi } from 'vitest';

// The files of a worker share their modules, which saves half of the time: who replaces one gets all of them
// anew, and leaves none behind that was read with the replacement.
const { testPath } = expect.getState();
if (testPath !== undefined && readFileSync(testPath, 'utf8').includes('vi.mock(')) {
  vi.resetModules();
  afterAll(() => {
    vi.resetModules();
  });
}
