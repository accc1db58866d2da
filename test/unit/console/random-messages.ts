import type { CommandName } from '../../../src-main/contract/console.js';
import { commandInputs as inputs } from './command-inputs.js';
import type { Seeded } from './random-world.js';

/** Stands in every secret that is sent: nothing that comes back may hold it. */
export const canary = 'cAnArY-7f3a';

const withSecrets = {
  ...inputs.connect,
  credentials: { kind: 'apiKey', apiKey: 'key', apiSecret: canary },
  mediaKey: canary,
  remembersSecret: true,
};
const names = Object.keys(inputs) as CommandName[];

/** Values that some program has stumbled over. All of them are JSON. */
const oddValues: readonly unknown[] = [
  ...[null, true, '', ' ', 0, -0, -1, 0.5, 1e308, Number.MAX_SAFE_INTEGER + 2, [], {}, [[]]],
  ...[
    '..',
    '../..',
    'a/../b',
    'C:\\x',
    '-rf',
    '%00',
    '\0',
    '\u202e',
    '\ud800',
    '💥'.repeat(50),
    'x'.repeat(5000),
  ],
  ...['__proto__', 'constructor', 'toString', '<script>', '${7*7}', '1; drop table', 'NaN', '1e999', 'null'],
  { length: 1e9 },
  { toJSON: 1, then: 1 },
  { __proto__: null, canary },
  Array.from({ length: 300 }, (_, index) => index),
  nested(400),
];
const oddKeys = ['__proto__', 'constructor', 'prototype', 'then', 'toJSON', '', 'length', 'takeName', canary];

function nested(depth: number): unknown {
  let value: unknown = canary;
  for (let left = depth; left > 0; left -= 1) value = { in: value };
  return value;
}

export interface RandomMessage {
  /** The command that it names, when it still is a message of the envelope. */
  readonly name: string;
  readonly input: unknown;
}

/** A command, most of the time with an input that was changed in one to three places. */
export function randomMessage(random: Seeded): RandomMessage {
  const known = random.pick(names);
  const name = random.below(20) === 0 ? random.pick(oddKeys) : known;
  let input: unknown = structuredClone(known === 'connect' ? withSecrets : inputs[known]);
  for (let changes = random.below(4); changes > 0; changes -= 1) input = changed(input, random);
  return { name, input };
}

/** The text of a message of a WebSocket: whole, cut off, or with a few other letters. */
export function randomText(message: object, random: Seeded): string {
  const text = JSON.stringify(message);
  if (random.below(12) > 0) return text;
  if (random.below(2) === 0) return text.slice(0, random.below(text.length + 1));
  const letters = text.split('');
  for (let left = 1 + random.below(4); left > 0; left -= 1)
    letters[random.below(letters.length)] = random.pick(['"', '{', '}', ',', ':', '0', '\\', '\0', 'é', ']']);
  return letters.join('');
}

function changed(value: unknown, random: Seeded): unknown {
  if (typeof value !== 'object' || value === null || random.below(8) === 0) return random.pick(oddValues);
  const entries: [string, unknown][] = Object.entries(value);
  const at = random.below(entries.length + 1);
  const [key, inner] = entries[at] ?? [random.pick(oddKeys), null];
  if (entries[at] !== undefined && random.below(4) === 0) entries.splice(at, 1);
  else entries.splice(at, 1, [key, changed(inner, random)]);
  // As JSON.parse does it: `__proto__` becomes a key of its own.
  const copy = {};
  for (const [name, entry] of entries)
    Object.defineProperty(copy, name, { value: entry, enumerable: true, writable: true, configurable: true });
  return copy;
}
