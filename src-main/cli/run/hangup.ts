import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** Signal 1 in the masks of /proc. */
const hangupBit = 1n;
/** The access mode in a descriptor's flags, and the one that is for writing only. */
const accessMode = 0o3;
const writeOnly = 0o1;

/** What is read of the system, so that a test can put its own in its place. */
export interface HangupSource {
  /** @throws when there is no such file */
  readonly read: (path: string) => string;
  /** @throws when there is no such link */
  readonly link: (path: string) => string;
  readonly parentPid: number;
}

const thisProcess: HangupSource = {
  read: (path) => readFileSync(path, 'utf8'),
  link: readlinkSync,
  parentPid: process.ppid,
};

/**
 * Whether SIGHUP was ignored when this command was started, as `nohup` and `trap '' HUP` do. Node gives every signal
 * its default back before the first line of JavaScript runs, so it cannot be asked; what is left are traces: the shell's
 * name of the program that it started, a parent that ignores the signal itself, and the input that nobody can read,
 * which nohup puts in a terminal's place.
 */
export function isHangupIgnored(environment: NodeJS.ProcessEnv, source: HangupSource = thisProcess): boolean {
  return (
    basename(environment['_'] ?? '') === 'nohup' ||
    orFalse(() => parentIgnoresHangup(source)) ||
    orFalse(() => hasInputOfNohup(source))
  );
}

function parentIgnoresHangup({ read, parentPid }: HangupSource): boolean {
  const ignored = /^SigIgn:\s*([0-9a-f]+)/m.exec(read(`/proc/${parentPid}/status`))?.[1];
  return ignored !== undefined && (BigInt(`0x${ignored}`) & hangupBit) !== 0n;
}

function hasInputOfNohup({ link, read }: HangupSource): boolean {
  if (link('/proc/self/fd/0') !== '/dev/null') return false;
  const flags = /^flags:\s*([0-7]+)/m.exec(read('/proc/self/fdinfo/0'))?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & accessMode) === writeOnly;
}

/** Other systems have no /proc. */
function orFalse(look: () => boolean): boolean {
  try {
    return look();
  } catch {
    return false;
  }
}
