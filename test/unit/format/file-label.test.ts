import { expect, it } from 'vitest';
import { fileLabel } from '../../../src-main/format/file-label.js';

it.each([
  ['participant', 1, true, ''],
  ['participant', 1, false, ''],
  ['screenShare', 1, true, 'screen'],
  ['participant', 2, true, 'camera 2'],
  ['participant', 3, false, 'microphone 3'],
  ['screenShare', 2, true, 'screen 2'],
  ['screenShare', 2, false, 'screen audio 2'],
] as const)('calls %s no. %i (video: %s) %j', (kind, trackNumber, hasVideo, label) => {
  expect(fileLabel({ kind, trackNumber, hasVideo })).toBe(label);
});
