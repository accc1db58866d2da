import { consolesRooms } from './rooms/consoles.mjs';
import { desktopRooms } from './rooms/desktop.mjs';
import { engineRooms } from './rooms/engine.mjs';
import { labRooms } from './rooms/lab.mjs';
import { windowRooms } from './rooms/window.mjs';

/**
 * The rooms of the house: what each folder is for, and what it may import. Lint holds every import against this list
 * (`arrows-rule.mjs`), and `docs/architecture.md` is drawn from it (`draw-rooms.mjs`). A folder that is not written
 * down here may import nothing.
 *
 * @typedef {object} Room
 * @property {string} path a folder, or a file that is a room of its own
 * @property {string} purpose one sentence: the one reason to change it
 * @property {readonly string[]} imports rooms that it may import
 * @property {readonly string[]} packages foreign packages, and the modules of Node that are guarded
 */

/** Modules of Node that only some rooms may use; the others are free to all of src-main and electron. */
export const guardedNodeModules = [
  'node:child_process',
  'node:cluster',
  // Its createRequire loads what no rule sees.
  'node:module',
  'node:worker_threads',
];

/**
 * The wings of the house. The list makes the chapters and pictures of `docs/architecture.md`.
 *
 * @typedef {object} Wing
 * @property {string} name
 * @property {string} title
 * @property {readonly Room[]} rooms
 */

/** @type {readonly Wing[]} */
export const wings = [
  { name: 'window', title: 'Window', rooms: windowRooms },
  { name: 'desktop', title: 'Desktop', rooms: desktopRooms },
  { name: 'consoles', title: 'Consoles and command line', rooms: consolesRooms },
  { name: 'lab', title: 'Lab', rooms: labRooms },
  { name: 'engine', title: 'Engine', rooms: engineRooms },
];

/** @type {readonly Room[]} */
export const rooms = wings.flatMap((wing) => wing.rooms);
