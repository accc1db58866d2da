import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type FaultId, faultIds, faults } from './faults.js';

export interface FaultOptions {
  readonly only: readonly FaultId[];
  readonly isQuick: boolean;
  /** Of each row, instead of its own number. */
  readonly tries: number | null;
  readonly outFile: string;
  readonly wantsHelp: boolean;
}

/** Ignored by git: a result belongs to the machine it was measured on. */
const defaultOutFile = fileURLToPath(new URL('../../../.artefacts/faults.json', import.meta.url));
const maxTries = 1000;

export const help = `npm run faults -- [--only ${faultIds.slice(0, 2).join(',')}] [--tries N] [--quick] [--out FILE]

Breaks real takes of three people at 720p30 and says what is lost. Each row is printed and saved as JSON when it is
done (.artefacts/faults.json); a try that takes too long is given up, and its row left out. Keep the machine idle meanwhile.

${faultIds.map((id) => `  ${id.padEnd(14)}${faults[id].fault}, ${faults[id].tries} tries`).join('\n')}

  --only LIST   only these
  --tries N     of each, instead of its own number
  --quick       one try of two faults, with one person
  --out FILE    where to save the figures; rows that are in it already stay

Exit code: 0 every row was measured, 1 one was not, 64 wrong arguments, 130 interrupted.`;

/** @throws Error with one sentence when the arguments are wrong */
export function parseOptions(args: readonly string[]): FaultOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      tries: { type: 'string' },
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const asked = values.only?.split(',').map((id) => id.trim());
  const unknown = asked?.find((id) => !faultIds.some((known) => known === id));
  if (unknown !== undefined) {
    throw new Error(`There is no fault "${unknown}": choose from ${faultIds.join(', ')}.`);
  }
  const tries = values.tries === undefined ? null : Number(values.tries);
  if (tries !== null && !(Number.isInteger(tries) && tries >= 1 && tries <= maxTries)) {
    throw new Error(`--tries takes a whole number from 1 to ${maxTries}.`);
  }
  return {
    only: faultIds.filter((id) =>
      asked === undefined ? !values.quick || faults[id].isQuick : asked.includes(id),
    ),
    isQuick: values.quick,
    tries: tries ?? (values.quick ? 1 : null),
    outFile: values.out === undefined ? defaultOutFile : resolve(values.out),
    wantsHelp: values.help,
  };
}
