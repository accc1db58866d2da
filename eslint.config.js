import js from '@eslint/js';
import comments from '@eslint-community/eslint-plugin-eslint-comments';
import { defineConfig, globalIgnores } from 'eslint/config';
// @ts-expect-error the package has no types
import untypedA11y from 'eslint-plugin-jsx-a11y';
import hooks from 'eslint-plugin-react-hooks';
import importSort from 'eslint-plugin-simple-import-sort';
import tseslint from 'typescript-eslint';
import { importArrows, withoutNode } from './scripts/architecture/arrows-rule.mjs';

/** @type {unknown} */
const unknownA11y = untypedA11y;
const a11y = /** @type {{ flatConfigs: { strict: import('eslint').Linter.Config } }} */ (unknownA11y);

export default defineConfig(
  globalIgnores(['dist/', 'takes/', 'coverage/', '.artefacts/']),
  js.configs.recommended,
  tseslint.configs.strict,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
    plugins: { '@eslint-community/eslint-comments': comments, 'simple-import-sort': importSort },
    rules: {
      '@eslint-community/eslint-comments/require-description': ['error', { ignore: ['eslint-enable'] }],
      '@typescript-eslint/ban-ts-comment': ['error', { minimumDescriptionLength: 10 }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // In one block: Node's modules, packages, the engine's rooms, neighbors. `npx eslint --fix .` sorts.
      'simple-import-sort/imports': ['error', { groups: [['^\\u0000', '^node:', '^@?\\w', '^', '^\\.']] }],
      'simple-import-sort/exports': 'error',
      eqeqeq: 'error',
      // The type checker knows the globals, in .mjs files as well.
      'no-undef': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['src-main/**'], rules: { 'max-lines': ['error', { max: 300 }] } },
  {
    files: ['src-main/**', 'electron/**', 'src-renderer/**'],
    rules: {
      // Privacy that holds at run time as well. A constructor has no other way to be private.
      'no-restricted-syntax': [
        'error',
        ...[
          'PropertyDefinition',
          'AccessorProperty',
          'TSParameterProperty',
          "MethodDefinition[kind!='constructor']",
        ].map((member) => ({
          selector: `${member}[accessibility]`,
          message: 'Write #name instead of private name.',
        })),
      ],
    },
  },
  {
    files: ['src-renderer/**/*.ts', 'src-renderer/**/*.tsx'],
    extends: [hooks.configs.flat.recommended, a11y.flatConfigs.strict],
    rules: {
      'react-hooks/exhaustive-deps': 'error',
      // A canvas is interactive for this rule, whatever is painted on it.
      'jsx-a11y/no-interactive-element-to-noninteractive-role': ['error', { canvas: ['img'] }],
    },
  },
  {
    // Read by the window as well, where these do not exist.
    files: withoutNode.map((wall) => `${wall}/**`),
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          'Buffer',
          'process',
          'global',
          'require',
          'setImmediate',
          'clearImmediate',
          '__dirname',
          '__filename',
        ],
      ],
    },
  },
  importArrows,
);
