import { PlateauError } from '../../contract/errors.js';
import { type Fault, faultSchema } from '../../contract/faults.js';
import type { Recorder } from '../../recorder/recorder.js';
import type { FaultBench } from './fault-bench.js';

/** A fault and its moment on the take's clock. */
export interface ScheduledFault {
  readonly atMs: number;
  readonly fault: Fault;
}

const names = faultSchema.options.map((option) => option.shape.name.value);

/**
 * Reads `name[:key=value[,key=value]]@seconds`, several of them separated by semicolons:
 * `stallSink:seconds=10@60; leak:megabytesPerMinute=2@90`.
 *
 * @throws PlateauError `usage`
 */
export function parseFaultSchedule(text: string): ScheduledFault[] {
  const entries = text
    .split(';')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) throw unreadable('The schedule of faults is empty.');
  return entries.map(parseEntry).sort((a, b) => a.atMs - b.atMs);
}

function parseEntry(entry: string): ScheduledFault {
  const match = /^(\w+)(?::([^@]*))?@(\d+(?:\.\d+)?)s?$/.exec(entry);
  if (match === null) throw unreadable(`“${entry}” is no fault with a moment.`);
  const [, name = '', parameters = '', moment = ''] = match;
  if (!names.some((known) => known === name)) throw unreadable(`There is no fault “${name}”.`);
  const values: Record<string, string | number> = { name };
  for (const pair of parameters.split(',').filter((part) => part.trim() !== '')) {
    const [key = '', value = ''] = pair.split('=').map((part) => part.trim());
    values[key] = value !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
  }
  const parsed = faultSchema.safeParse(values);
  if (parsed.success) return { atMs: Number(moment) * 1000, fault: parsed.data };
  const issue = parsed.error.issues[0];
  throw unreadable(`In “${entry}”: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

function unreadable(message: string): PlateauError {
  return new PlateauError(
    'usage',
    message,
    `Write name:key=value@seconds, separated by semicolons: stallSink:seconds=10@60. Faults: ${names.join(', ')}.`,
  );
}

/** Starts each fault at its moment of the running take. @returns what ends listening */
export function followSchedule(
  schedule: readonly ScheduledFault[],
  bench: FaultBench,
  recorder: Recorder,
  isConfirmed: boolean,
  onFailed: (error: unknown) => void,
): () => void {
  const due = [...schedule];
  const onSnapshot = ({
    takeMs,
    state,
  }: {
    readonly takeMs: number | null;
    readonly state: string;
  }): void => {
    while (state === 'recording' && due[0] !== undefined && (takeMs ?? 0) >= due[0].atMs) {
      const next = due.shift();
      if (next !== undefined) bench.start(next.fault, isConfirmed).catch(onFailed);
    }
  };
  recorder.on('snapshot', onSnapshot);
  return () => {
    recorder.off('snapshot', onSnapshot);
  };
}
