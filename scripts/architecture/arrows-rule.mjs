import { isBuiltin } from 'node:module';
import path from 'node:path';
import { guardedNodeModules, rooms } from './rooms.mjs';

/** Folders that are no rooms of the house: tests, scripts and configuration may look into every room. */
const walls = ['src-main', 'src-renderer', 'electron'];

/** Where Node's modules do not exist, or must not be asked for. */
const withoutNode = ['src-main/chart', 'src-main/contract', 'src-main/format', 'src-renderer'];

/**
 * The room of a file: a file that is a room of its own, or its folder.
 * @param {string} file relative to the project, with slashes
 * @returns {import('./rooms.mjs').Room | null} null for a folder that nobody has written down
 */
export function roomOf(file) {
  const asSource = file.replace(/\.js$/, '.ts');
  return rooms.find(({ path: own }) => own === asSource || own === path.posix.dirname(file)) ?? null;
}

/**
 * Says why a file must not import something.
 * @param {string} file relative to the project, with slashes
 * @param {string} specifier the text between the quotes
 * @returns {string | null} null when it may
 */
export function objectionTo(file, specifier) {
  if (!walls.some((wall) => file.startsWith(`${wall}/`))) return null;
  const room = roomOf(file);
  const own = path.posix.dirname(file);
  if (room === null) return `${own} is no room yet: write it down in scripts/architecture/rooms.mjs.`;
  const isEngine = file.startsWith('src-main/');
  if (specifier.startsWith('#package')) return null;
  if (specifier.startsWith('#engine/')) {
    return isEngine
      ? 'The engine imports itself by relative paths.'
      : objectionToRoom(room, `src-main/${specifier.slice('#engine/'.length)}`);
  }
  if (specifier.startsWith('.')) return objectionToRoom(room, path.posix.join(own, specifier));
  return objectionToPackage(room, specifier);
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
  if (isBuiltin(specifier)) {
    const name = specifier.startsWith('node:') ? specifier : `node:${specifier}`;
    const isFree =
      !guardedNodeModules.includes(name) && !withoutNode.some((wall) => room.path.startsWith(wall));
    return isFree || room.packages.includes(name) ? null : `${room.path} must not import ${name}.`;
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return room.packages.includes(name) ? null : `${room.path} must not import ${name}.`;
}

/** @type {import('eslint').Rule.RuleModule} */
const arrows = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = path.relative(context.cwd, context.filename).replaceAll(path.sep, '/');
    /** @param {import('estree').Node | null | undefined} source */
    const check = (source) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const objection = objectionTo(file, source.value);
      if (objection !== null) context.report({ node: source, message: objection });
    };
    return {
      ImportDeclaration: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => check(source),
      ExportAllDeclaration: ({ source }) => check(source),
      ImportExpression: ({ source }) => check(source),
    };
  },
};

/** The arrows between the rooms, as ESLint configuration. */
export const importArrows = {
  plugins: { architecture: { rules: { arrows } } },
  rules: { 'architecture/arrows': /** @type {const} */ ('error') },
};
