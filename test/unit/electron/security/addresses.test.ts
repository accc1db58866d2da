import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { outsideOfArchive } from '../../../../electron/host/packaged-programs.js';
import { contentSecurityPolicy } from '../../../../electron/security/app-address.js';
import { appFileOf } from '../../../../electron/security/app-file.js';
import { takeFileOf } from '../../../../electron/security/media-request.js';

const folder = resolve('/page');

describe('plateau://app', () => {
  test.each([
    ['plateau://app/', 'index.html'],
    ['plateau://app/index.html', 'index.html'],
    ['plateau://app/index.html?x#y', 'index.html'],
    ['plateau://app/assets/index-a_B1.js', join('assets', 'index-a_B1.js')],
  ])('%s is %s', (url, file) => {
    expect(appFileOf(url, folder)?.path).toBe(join(folder, file));
  });

  test.each([
    'plateau://app/../secrets.js',
    'plateau://app/%2e%2e/secrets.js',
    'plateau://app/assets/..%2f..%2fsecrets.js',
    'plateau://app/assets/..%5c..%5csecrets.js',
    'plateau://app//etc/passwd.js',
    'plateau://app/a\u0000.js',
    'plateau://app/%00.js',
    'plateau://app/%zz.js',
    'plateau://app/package.json',
    'plateau://app/assets',
    'plateau://other/index.html',
    'plateau-media://app/index.html',
    'file:///index.html',
  ])('%s is nothing', (url) => {
    expect(appFileOf(url, folder)).toBeNull();
  });

  test('types are told, because browsers must not guess them', () => {
    expect(appFileOf('plateau://app/a.js', folder)?.contentType).toBe('text/javascript; charset=utf-8');
    expect(appFileOf('plateau://app/a.css', folder)?.contentType).toBe('text/css; charset=utf-8');
  });

  test('the policy begins with nothing and never allows inline code or eval', () => {
    expect(contentSecurityPolicy).toMatch(/^default-src 'none';/);
    expect(contentSecurityPolicy).not.toMatch(/unsafe|\*|https?:/);
  });
});

describe('plateau-media://takes', () => {
  test('names a take and one of its files', () => {
    expect(takeFileOf('plateau-media://takes/stand%20up-1/%C3%A4da.mp4')).toEqual({
      takeName: 'stand up-1',
      file: 'äda.mp4',
    });
  });

  test.each([
    'plateau-media://takes/',
    'plateau-media://takes/take',
    'plateau-media://takes/take/',
    'plateau-media://takes/take/folder/file.mp4',
    'plateau-media://takes/../file.mp4',
    'plateau-media://takes/%2e%2e/file.mp4',
    'plateau-media://takes/take/..%2ffile.mp4',
    'plateau-media://takes/take/..%5cfile.mp4',
    'plateau-media://other/take/file.mp4',
    'plateau://takes/take/file.mp4',
  ])('%s is nothing', (url) => {
    expect(takeFileOf(url)).toBeNull();
  });
});

test('a program inside of the archive is started from beside it', () => {
  const inside = join('/opt', 'Plateau', 'resources', 'app.asar', 'node_modules', 'ffmpeg-static', 'ffmpeg');
  const beside = inside.replace('app.asar', 'app.asar.unpacked');
  expect(outsideOfArchive(inside)).toBe(beside);
  expect(outsideOfArchive(beside)).toBe(beside);
});
