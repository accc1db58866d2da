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
