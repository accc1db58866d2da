import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Every file of the program, with those that it takes anything from, types included. */
async function importsOfAll(): Promise<Map<string, readonly string[]>> {
  const names = await Promise.all(
    ['electron', 'src-main', 'src-renderer'].map(async (folder) =>
      (await readdir(path.join(root, folder), { recursive: true })).map((name) => path.join(folder, name)),
    ),
  );
  const files = new Set(names.flat().filter((name) => /\.tsx?$/.test(name)));
  const read = async (file: string): Promise<[string, string[]]> => {
    const text = await readFile(path.join(root, file), 'utf8');
    const specifiers = [...text.matchAll(/from '(\.[^']*|#engine\/[^']*)'/g)].map(([, name = '']) => name);
    const targets = specifiers.map((name) =>
      name.startsWith('.') ? path.join(path.dirname(file), name) : name.replace('#engine', 'src-main'),
    );
    const found = targets.flatMap((target) =>
      ['.ts', '.tsx'].map((ending) => target.replace(/(\.js)?$/, ending)).filter((name) => files.has(name)),
    );
    return [file, found];
  };
  return new Map(await Promise.all([...files].map(read)));
}

/** The first circle on the way from a file: each imports the next one, and the last is the first; null without any. */
function circleFrom(
  file: string,
  imports: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
  way: readonly string[] = [],
): readonly string[] | null {
  const begins = way.indexOf(file);
  if (begins !== -1) return [...way.slice(begins), file];
  if (done.has(file)) return null;
  for (const next of imports.get(file) ?? []) {
    const circle = circleFrom(next, imports, done, [...way, file]);
    if (circle !== null) return circle;
  }
  done.add(file);
  return null;
}

test('no file imports itself by way of others, types included', async () => {
  const imports = await importsOfAll();
  expect(imports.size).toBeGreaterThan(500);
  expect(imports.get('src-main/take/take.ts')).toContain('src-main/take/take-media.ts');
  expect(imports.get('electron/shell.ts')).toContain('src-main/console/console-service.ts');
  const done = new Set<string>();
  for (const file of imports.keys()) expect(circleFrom(file, imports, done)).toBeNull();
});
