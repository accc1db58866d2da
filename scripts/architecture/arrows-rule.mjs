import { isBuiltin } from 'node:module';
import path from 'node:path';
import { guardedNodeModules, rooms } from './rooms.mjs';

/** Folders that are no rooms of the house: tests, scripts and configuration may look into every room. */
const walls = ['src-main', 'src-renderer', 'electron'];

/** Where Node's modules do not exist, or must not be asked for. */
export const withoutNode = [
  'src-main/chart',
  'src-main/contract',
  'src-main/format',
  'src-main/history',
  'src-renderer',
];

/**
 * The room of a file: a file that is a room of its own, or its folder.
 * @param {string} file relative to the project, with slashes
 * @returns {import('./rooms.mjs').Room | null} null for a folder that nobody has written down
 */
export function roomOf(file) {
  const asSource = file.replace(/\.js$/, '.ts');
  const find = (/** @type {string} */ wanted) => rooms.find(({ path: own }) => own === wanted);
  return find(asSource) ?? find(path.posix.dirname(file)) ?? null;
}

/**
 * Whether a file is in the house: all others may look into every room.
 * @param {string} file relative to the project, with slashes
 */
function isInside(file) {
  return walls.some((wall) => file.startsWith(`${wall}/`));
}

/**
 * The file of the project that an import names.
 * @param {string} file who imports it
 * @param {string} specifier the text between the quotes
 * @returns {string | null} relative to the project, with slashes; null for a package, or a module of Node
 */
export function fileNamed(file, specifier) {
  if (specifier.startsWith('#engine/')) return `src-main/${specifier.slice('#engine/'.length)}`;
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : null;
}

/**
 * The package that an import names, as the list of rooms has it: `zod`, `@livekit/rtc-node`, `node:fs`.
 * @param {string} specifier the text between the quotes
 * @returns {string}
 */
export function packageNamed(specifier) {
  if (isBuiltin(specifier)) return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/**
 * Says why a file must not import something.
 * @param {string} file relative to the project, with slashes
 * @param {string} specifier the text between the quotes
 * @returns {string | null} null when it may
 */
export function objectionTo(file, specifier) {
  if (!isInside(file)) return null;
  const room = roomOf(file);
  const own = path.posix.dirname(file);
  if (room === null) return `${own} is no room yet: write it down in scripts/architecture/rooms.mjs.`;
  const isEngine = file.startsWith('src-main/');
  if (specifier.startsWith('#package')) return null;
  const target = fileNamed(file, specifier);
  if (target === null) return objectionToPackage(room, specifier);
  if (isEngine && specifier.startsWith('#')) return 'The engine imports itself by relative paths.';
  const isOfShell = room.path.startsWith('electron') && specifier.startsWith('.');
  return isOfShell && target.startsWith('src-main/')
    ? 'The shell imports the engine as #engine/.'
    : objectionToRoom(room, target);
}

/**
 * @param {import('./rooms.mjs').Room} room
 * @param {string} target
 * @returns {string | null}
 */
function objectionToRoom(room, target) {
  // Styles and images belong to the folder that names them.
  if (/\.(css|svg|png)$/.test(target)) return null;
  const other = roomOf(target);
  if (other === room) return null;
  const name = other?.path ?? path.posix.dirname(target);
  return other !== null && room.imports.includes(other.path) ? null : `${room.path} must not import ${name}.`;
}

/**
 * @param {import('./rooms.mjs').Room} room
 * @param {string} specifier
 * @returns {string | null}
 */
function objectionToPackage(room, specifier) {
  const name = packageNamed(specifier);
  const isFree =
    isBuiltin(specifier) &&
    !guardedNodeModules.includes(name) &&
    !withoutNode.some((wall) => room.path.startsWith(wall));
  return isFree || room.packages.includes(name) ? null : `${room.path} must not import ${name}.`;
}

/**
 * What is written between quotes.
 * @param {import('estree').Node | null | undefined} node
 * @returns {string | null} null for anything that is computed
 */
function textOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? null;
  return null;
}

/**
 * Imports that only TypeScript has, of which ESLint's types know nothing.
 * @param {Record<'check' | 'checkWritten', (source: import('estree').Node | null | undefined) => void>} checks
 */
function ofTypeScript({ check, checkWritten }) {
  /** @type {unknown} */
  const listeners = {
    TSExternalModuleReference: (/** @type {{ expression: import('estree').Node }} */ { expression }) =>
      checkWritten(expression),
    TSImportType: (/** @type {{ source: import('estree').Node }} */ { source }) => check(source),
  };
  return /** @type {import('eslint').Rule.RuleListener} */ (listeners);
}

/** @type {import('eslint').Rule.RuleModule} */
const arrows = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = path.relative(context.cwd, context.filename).replaceAll(path.sep, '/');
    /** @param {import('estree').Node | null | undefined} source */
    const check = (source) => {
      const specifier = textOf(source);
      const objection = specifier === null ? null : objectionTo(file, specifier);
      if (source && objection !== null) context.report({ node: source, message: objection });
    };
    /**
     * What is computed cannot be held against the list.
     * @param {import('estree').Node | null | undefined} source
     */
    const checkWritten = (source) => {
      if (isInside(file) && source && textOf(source) === null)
        context.report({ node: source, message: 'Write out what is loaded, so that it can be checked.' });
      check(source);
    };
    return {
      ImportDeclaration: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => check(source),
      ExportAllDeclaration: ({ source }) => check(source),
      ImportExpression: ({ source }) => checkWritten(source),
      ...ofTypeScript({ check, checkWritten }),
      CallExpression: ({ callee, arguments: [first] }) => {
        const name = callee.type === 'Identifier' ? callee.name : '';
        const isCreated =
          callee.type === 'CallExpression' &&
          callee.callee.type === 'Identifier' &&
          callee.callee.name === 'createRequire';
        if (name === 'require' || isCreated) checkWritten(first);
      },
      MemberExpression: (node) => {
        const { property } = node;
        const name = property.type === 'Identifier' && !node.computed ? property.name : textOf(property);
        if (isInside(file) && name === 'getBuiltinModule')
          context.report({
            node,
            message: 'Import modules of Node: what is asked for at run time is not checked.',
          });
        if (
          name === 'resolve' &&
          node.object.type === 'MetaProperty' &&
          node.parent.type === 'CallExpression'
        )
          checkWritten(node.parent.arguments[0]);
      },
      // The file that a worker or a forked process runs.
      NewExpression: ({ callee, arguments: [first, base] }) => {
        const isOfThisFile =
          callee.type === 'Identifier' &&
          callee.name === 'URL' &&
          base?.type === 'MemberExpression' &&
          base.object.type === 'MetaProperty';
        if (isOfThisFile && /\.[cm]?[jt]s$/.test(textOf(first) ?? '')) check(first);
      },
    };
  },
};

/** The arrows between the rooms, as ESLint configuration. */
export const importArrows = {
  plugins: { architecture: { rules: { arrows } } },
  rules: { 'architecture/arrows': /** @type {const} */ ('error') },
};
