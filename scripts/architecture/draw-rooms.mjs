#!/usr/bin/env node
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import * as prettier from 'prettier';
import { wings } from './rooms.mjs';

// `npm run docs:architecture`: writes the tables and pictures of docs/architecture.md from the list of rooms, between
// its markers. A unit test fails when the file is not what this would write.

/** The file that is drawn into. */
export const architectureFile = fileURLToPath(new URL('../../docs/architecture.md', import.meta.url));

/** Engine and window share these, and they import none but each other: arrows to them would hide all others. */
const openToAll = ['src-main/contract', 'src-main/format', 'src-main/chart', 'src-main/history'];

/**
 * Replaces what stands between each pair of markers.
 * @param {string} text the document
 * @returns {Promise<string>} the document as it should be, formatted
 */
export async function drawRooms(text) {
  const drawn = replaceBetween(text, 'overview', overview());
  const whole = wings.reduce((before, wing) => replaceBetween(before, wing.name, wingSection(wing)), drawn);
  const options = await prettier.resolveConfig(architectureFile);
  return prettier.format(whole, { ...options, filepath: architectureFile });
}

/**
 * @param {string} text
 * @param {string} name
 * @param {string} content
 */
function replaceBetween(text, name, content) {
  const [begin, end] = [`<!-- rooms:${name} -->`, `<!-- /rooms:${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error(`docs/architecture.md has no ${begin} ... ${end}.`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

/** One box for each wing, with its top rooms in it, and one arrow for all imports between two wings. */
function overview() {
  const boxes = wings.map(({ name, title, rooms }) => `  ${name}["<b>${title}</b><br>${tops(rooms)}"]`);
  const arrows = wings.flatMap((from) => {
    const others = wings.filter((to) => to !== from && from.rooms.some((room) => importsFrom(room, to)));
    return (others.length === 0 && from.name !== 'engine' ? [{ name: 'open' }] : others).map(
      (to) => `  ${from.name} --> ${to.name}`,
    );
  });
  const open = `  open["<b>Open to all</b><br>${openToAll.map(shortName).join(', ')}"]`;
  return mermaid('TD', [...boxes, open, ...arrows]);
}

/** @param {import('./rooms.mjs').Wing} wing */
function wingSection(wing) {
  const inside = wing.rooms.filter(({ path: own }) => isDrawn(own));
  const arrows = inside.flatMap(({ path: own, imports }) =>
    withoutDetours(imports, wing)
      .filter((other) => isDrawn(other) && inside.some(({ path: known }) => known === other))
      .map((other) => `  ${idOf(own)} --> ${idOf(other)}`),
  );
  const boxes = inside.map(({ path: own }) => `  ${idOf(own)}["${shortName(own)}"]`);
  const rows = wing.rooms.map(
    (room) => `| \`${room.path}\` | ${room.purpose} | ${importCell(room, wing)} | ${packageCell(room)} |`,
  );
  return [
    '| room | what it is for | may import | packages |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    mermaid('TD', [...boxes, ...arrows]),
  ].join('\n');
}

/**
 * An arrow is left out of the picture where a longer way leads to the same room: `a --> c` beside `a --> b --> c`.
 * The table has all of them.
 * @param {readonly string[]} imports
 * @param {import('./rooms.mjs').Wing} wing
 */
function withoutDetours(imports, wing) {
  return imports.filter(
    (target) => !imports.some((other) => other !== target && reaches(other, target, wing)),
  );
}

/**
 * @param {string} from
 * @param {string} target
 * @param {import('./rooms.mjs').Wing} wing
 * @returns {boolean}
 */
function reaches(from, target, wing) {
  const room = wing.rooms.find(({ path: own }) => own === from);
  return room?.imports.some((next) => next === target || reaches(next, target, wing)) ?? false;
}

/**
 * @param {import('./rooms.mjs').Room} room
 * @param {import('./rooms.mjs').Wing} wing
 */
function importsFrom(room, wing) {
  return wing.rooms.some(({ path: other }) => isDrawn(other) && room.imports.includes(other));
}

/** @param {string} room */
function isDrawn(room) {
  return !openToAll.includes(room) && !room.endsWith('.ts');
}

/**
 * The names of a wing's folders, without the folders in them.
 * @param {readonly import('./rooms.mjs').Room[]} rooms
 */
function tops(rooms) {
  const names = rooms.map(({ path: own }) => own).filter((name) => isDrawn(name) && name.includes('/'));
  const heads = names.filter((name) => !names.some((other) => name.startsWith(`${other}/`)));
  return heads
    .map(shortName)
    .join(', ')
    .replaceAll(/(.{20,34}?), /g, '$1,<br>');
}

/**
 * @param {import('./rooms.mjs').Room} room
 * @param {import('./rooms.mjs').Wing} wing
 */
function importCell({ imports }, wing) {
  const names = imports.filter(isDrawn).map((name) => {
    const isOwn = wing.rooms.some(({ path: own }) => own === name);
    return isOwn ? shortName(name) : name.replace(/^src-main\//, '');
  });
  return names.length === 0 ? '' : [...new Set(names)].join(', ');
}

/** @param {import('./rooms.mjs').Room} room */
function packageCell({ packages }) {
  return packages.map((name) => `\`${name}\``).join(', ');
}

/** @param {string} room */
function shortName(room) {
  return room.replace(/^(src-main|src-renderer|electron)\//, '');
}

/** @param {string} room */
function idOf(room) {
  return room.replaceAll(/[^a-z]/g, '_');
}

/**
 * @param {'TD' | 'LR'} direction
 * @param {readonly string[]} lines
 */
function mermaid(direction, lines) {
  return ['```mermaid', `flowchart ${direction}`, ...lines, '```'].join('\n');
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await writeFile(architectureFile, await drawRooms(await readFile(architectureFile, 'utf8')));
}
