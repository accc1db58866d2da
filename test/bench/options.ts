import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const measurementIds = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const;
export type MeasurementId = (typeof measurementIds)[number];

export interface BenchOptions {
  readonly only: readonly MeasurementId[];
  readonly isQuick: boolean;
  readonly outFile: string;
  readonly wantsHelp: boolean;
}

/** Ignored by git: a result belongs to the machine it was measured on. */
const defaultOutFile = fileURLToPath(new URL('../../../.artefacts/bench-results.json', import.meta.url));

export const help = `npm run bench -- [--only a,b] [--quick] [--out FILE]

Measures the recorder on this machine. Each measurement is printed and saved as JSON when it is done
(.artefacts/bench-results.json); one that takes twice its time is given up. Keep the machine idle meanwhile.

  a  CPU of recording, over receiving and encoding apart        6 min
  b  resident memory at 720p30 and 1080p30, and its slope      12 min
  c  growth while the sink stands still for 30 s                3 min
  d  growth while the event loop is blocked for 8 s             2 min
  e  how many 360p30 participants can be recorded               7 min
  f  copy mode: CPU, memory and packets of 1 to 48 people       8 min
  g  what stereo and a constant frame rate cost                 6 min

  --only LIST   only these
  --quick       a smoke run of about 3 minutes; its figures say nothing
  --out FILE    where to save the figures

Exit code: 0 every target is met, 2 one is not, 1 the bench failed, 64 wrong arguments, 130 interrupted.`;

/** @throws Error with one sentence when the arguments are wrong */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const asked = values.only?.split(',').map((id) => id.trim());
  const unknown = asked?.find((id) => !measurementIds.some((known) => known === id));
  if (unknown !== undefined) {
    throw new Error(`There is no measurement "${unknown}": choose from ${measurementIds.join(', ')}.`);
  }
  return {
    only: measurementIds.filter((id) => asked === undefined || asked.includes(id)),
    isQuick: values.quick,
    outFile: values.out === undefined ? defaultOutFile : resolve(values.out),
    wantsHelp: values.help,
  };
}
