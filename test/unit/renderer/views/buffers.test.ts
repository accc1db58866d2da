import { expect, it } from 'vitest';
import { buffersOf } from '../../../../src-renderer/views/lab/buffers.js';
import { snapshot } from '../stores/snapshots.js';

it('holds no figure against a cap that is another one’s', () => {
  // Three queues that are almost full: their pixels are in native memory, and none of them waits in the SDK.
  const rows = buffersOf({ ...snapshot(60_000), nativeFramesAlive: 89 });
  const [native, decoded] = rows;
  expect(native).toMatchObject({ owner: 'Each stream', value: null, boundedBy: '4' });
  expect(decoded).toMatchObject({ owner: 'All streams', value: 89, boundedBy: 'frame queues' });
  for (const { boundedBy = '', cap, value } of rows)
    if (value !== null && cap === null) expect(boundedBy).not.toMatch(/\d/);
});
