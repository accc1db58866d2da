import ts from 'typescript';
import { expect, test } from 'vitest';
import { undocumentedIn } from '../../../scripts/testing/check-docs.mjs';
import { unexplainedConstantsIn } from '../../../scripts/testing/constant-comments.mjs';

const names = (text: string): string[] =>
  unexplainedConstantsIn(ts.createSourceFile('part.ts', text, ts.ScriptTarget.Latest, true)).map(({ name }) =>
    name.replace(' (why this number)', ''),
  );

test.each([
  ['a number', 'const one = 1_000;'],
  ['one that others read', 'export const one = 1_000;'],
  ['a negative one', 'const one = -1;'],
  ['a large one', 'const one = 5n;'],
  ['arithmetic', 'const one = 4 * 1024 ** 2;'],
  ['arithmetic of others', 'const one = (other - caps.few) / other;'],
  ['a sum', 'const one = other.length + 1;'],
  ['one or the other', 'const one = (isLarge ? 230 : 150) * other;'],
  ['rounding', 'const one = Math.round(other * 1.5);'],
  ['a list', 'const one = [100, 300] as const;'],
  ['a set', 'const one: ReadonlySet<number> = new Set([1, 2]);'],
  ['bytes', 'const one = Buffer.from([0, 0, 1]);'],
  ['a record', 'const one = { width: 64, height: 64 } as const;'],
  ['one with words in it', "const one = { name: 'small', maxFps: 30 } satisfies Profile;"],
  ['one within a record', 'const one = { small: { width: 64 } };'],
])('asks what %s is for', (_what, text) => {
  expect(names(text)).toEqual(['one']);
});

test.each([
  ['words', "const one = 'words' + other;"],
  ['a regular expression', 'const one = /1/;'],
  ['a schema', 'const one = z.object({ few: z.number().max(3) });'],
  ['a function', 'const one = (): number => 1;'],
  ['functions of a record', 'const one = { next: () => 1 };'],
  ['what is read elsewhere', 'const one = other.few;'],
  ['where counting begins', 'const one = { frames: 0, bytes: 0 };'],
  ['what changes', 'let one = 1;'],
  ['what is within a function', 'function next(): number { const one = 1; return one; }'],
])('does not ask for %s', (_what, text) => {
  expect(names(text)).toEqual([]);
});

test('a comment stands directly above, or behind on the line', () => {
  expect(names('/** Why it is one. */\nconst one = 1;')).toEqual([]);
  expect(names('// Why it is one.\nconst one = 1;')).toEqual([]);
  expect(names('const one = 1; // Why it is one.')).toEqual([]);
  expect(names('/** What this file does. */\n\nconst one = 1;')).toEqual(['one']);
});

test('one for a tool, or one that says nothing, is none', () => {
  expect(names('// eslint-disable-next-line some-rule\nconst one = 1;')).toEqual(['one']);
  expect(names('/** One. */\nconst one = 1;')).toEqual(['one']);
});

test('serves those that follow without a blank line', () => {
  expect(names('/** Width and height. */\nconst one = 1;\nconst two = 2;\nconst three = 3;')).toEqual([]);
  expect(names('/** Width and height. */\nconst one = 1;\n\nconst two = 2;')).toEqual(['two']);
  expect(names('const zero = 0;\n/** Width and height. */\nconst one = 1;')).toEqual(['zero']);
  expect(names("/** What it is called. */\nconst name = 'one';\nconst one = 1;")).toEqual(['one']);
});

test('a definition needs none, as long as it has its value; nor is it one for what follows', () => {
  expect(names('const mebibyte = 1024 * 1024;')).toEqual([]);
  expect(names('const mebibyte = 1000 * 1000;')).toEqual(['mebibyte']);
  expect(names('const mebibyte = 1024 * 1024;\nconst one = 4 * mebibyte;')).toEqual(['one']);
});

test('is part of the docs check, line by line', () => {
  const text = 'const one = 1;\n\nexport function two(): void {}\n\nconst three = 3;';
  expect(undocumentedIn('part.ts', text)).toEqual([
    { line: 1, name: 'one (why this number)' },
    { line: 3, name: 'two' },
    { line: 5, name: 'three (why this number)' },
  ]);
});
