import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mediaUrl, mediaUrlInFolder } from '../../../src-main/ffmpeg/media-url.js';

const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

describe('mediaUrl', () => {
  it.each([
    '-x.mp4',
    'Show #12/a.mp4',
    'pipe:1',
    'concat:a|b',
    'http://x/a.mp4',
    '%03d.mp4',
    'a\nb.mp4',
    '14:30',
  ])('is absolute and behind file:, whatever %j looks like', (path) => {
    expect(mediaUrl(path)).toBe(`file:${join(process.cwd(), path)}`);
  });
});

describe('mediaUrlInFolder', () => {
  it('keeps each printable character of a name', () => {
    const name = printable.replaceAll(/[/\\]/g, '');
    expect(mediaUrlInFolder(name)).toBe(`file:${name}`);
  });

  it.each(['..', 'a/b.mp4', 'a\\b.mp4', 'a\nfile /etc/passwd', 'a\0b'])('refuses %j', (name) => {
    expect(() => mediaUrlInFolder(name)).toThrow(/cannot be written into a list/);
  });
});
