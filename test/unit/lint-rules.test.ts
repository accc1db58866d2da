import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, test } from 'vitest';

// Whether rules of other people's plugins run at all with this version of ESLint.
const eslint = new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked] });

async function brokenRules(filePath: string, code: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return result?.messages.map(({ ruleId }) => ruleId) ?? [];
}

test('a hook behind a condition is refused', async () => {
  const code = `import { useState } from 'react';
    export function Part({ isShown }: { readonly isShown: boolean }): React.JSX.Element | null {
      if (!isShown) return null;
      const [text] = useState('');
      return <p>{text}</p>;
    }`;
  expect(await brokenRules('src-renderer/app.tsx', code)).toContain('react-hooks/rules-of-hooks');
});

test('an effect that forgets a dependency is refused', async () => {
  const code = `import { useEffect } from 'react';
    export function Part({ title }: { readonly title: string }): null {
      useEffect(() => { document.title = title; }, []);
      return null;
    }`;
  expect(await brokenRules('src-renderer/app.tsx', code)).toContain('react-hooks/exhaustive-deps');
});

test('an image without a text is refused', async () => {
  const code = `export function Part(): React.JSX.Element { return <img src="icon.svg" />; }`;
  expect(await brokenRules('src-renderer/app.tsx', code)).toContain('jsx-a11y/alt-text');
});

test.each([
  'class Part { private rest = ""; }',
  'class Part { private run(): void {} }',
  'class Part { constructor(private readonly name: string) {} }',
])('%s is refused', async (code) => {
  expect(await brokenRules('src-main/format/bytes.ts', code)).toContain('no-restricted-syntax');
});

test('a constructor may be private', async () => {
  const code = 'export class Part { private constructor() { this.constructor(); } }';
  expect(await brokenRules('src-main/format/bytes.ts', code)).not.toContain('no-restricted-syntax');
});

test('a file of the engine has 300 lines at most, blank ones included', async () => {
  const lines = (count: number): string => 'export {};\n' + '\n'.repeat(count - 1);
  expect(await brokenRules('src-main/format/bytes.ts', lines(301))).toContain('max-lines');
  expect(await brokenRules('src-main/format/bytes.ts', lines(299))).not.toContain('max-lines');
});
