import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const project = new URL('../../../', import.meta.url);
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...(await readdir(new URL('docs/', project), { recursive: true }))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`),
];

test.each(pages)('%s names files and folders that exist', async (page) => {
  const text = await readFile(new URL(page, project), 'utf8');
  const paths = [...text.matchAll(/`((?:src-main|src-renderer|electron|scripts|test)\/[\w./-]*)`/g)].map(
    ([, path = '']) => path,
  );
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, link = '']) => link);
  const missing = [
    ...paths.filter((path) => !existsSync(new URL(path, project))),
    ...links.filter((link) => !existsSync(new URL(link, new URL(page, project)))),
  ];
  expect(missing).toEqual([]);
});

/** As GitHub names a heading: lower case, without what is no letter, digit, space or hyphen, and with hyphens for spaces. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test.each(pages)('%s leads to headings that exist', async (page) => {
  const url = new URL(page, project);
  const text = await readFile(url, 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)];
  const missing: string[] = [];
  for (const [, file = '', anchor = ''] of links) {
    const target = file === '' ? text : await readFile(new URL(file, url), 'utf8').catch(() => '');
    if (file !== '' && !file.endsWith('.md')) continue;
    if (!anchorsOf(target).has(anchor)) missing.push(`${file}#${anchor}`);
  }
  expect(missing).toEqual([]);
});
