import { availableParallelism, freemem, totalmem } from 'node:os';
import { errorExitCodes, type ErrorReport, toPlateauError } from '../../contract/errors.js';
import { defaultProfileName, profiles } from '../../contract/profile.js';
import type { Source } from '../../contract/recording.js';
import { formatBytes } from '../../format/bytes.js';
import { formatMilliseconds } from '../../format/time.js';
import { serverHost } from '../../livekit/connect/connect-error.js';
import { clockDifference, serverClockMs } from '../../livekit/connect/server-clock.js';
import { parseServerUrl } from '../../livekit/connect/server-url.js';
import { tokenProvider } from '../../livekit/connect/token-provider.js';
import { rtcNodeVersion } from '../../livekit/sdk-version.js';
import { assertOpenFileLimit, openFileLimit } from '../../process/open-files.js';
import { plateauVersion } from '../../version.js';
import type { RecordOptions } from '../options/record-options.js';
import { leftOutOfRoomName, readOutputFolder, readVisit } from '../options/record-plan.js';
import type { CommandConsole } from '../output/command-console.js';
import { printable } from '../output/printable.js';
import { textTable } from '../output/text-table.js';

/** The demo room with its server takes about as much beside the recorder. */
const leastFreeMemoryBytes = 500e6;

/** What is looked at of copy mode. */
const copyMedia = 'media (copy)';

/** What one look has come to. */
export interface Finding {
  readonly part: string;
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly text: string;
  /** What to do about it; null when nothing is to be done. */
  readonly hint: string | null;
  /** Of a look that failed. */
  readonly error: ErrorReport | null;
}

type Told = Pick<Finding, 'text'> & Partial<Pick<Finding, 'state' | 'hint'>>;

/**
 * `plateau doctor`: everything that a recording needs, looked at without recording: this machine, ffmpeg, the folder for
 * takes, and the server where one is named. A room is joined for a moment, and left; and once more as copy mode does, which looks for a
 * way for media by itself. That one cannot copy is a warning: what is recorded otherwise is encoded.
 *
 * @returns 0 when a recording could begin, otherwise the exit code that it would end with
 * @throws PlateauError with exit code 2 for options that cannot be understood
 */
export async function doctor(
  options: RecordOptions,
  console: CommandConsole,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const visit = readVisit(options, environment);
  const folder = readOutputFolder(options);
  const findings = [
    await look('versions', () => Promise.resolve(versions())),
    await look('machine', () => Promise.resolve(machine())),
    await look('ffmpeg', ffmpeg),
    await look('output folder', () => outputFolder(folder)),
    ...(await server(visit)),
  ];
  for (const line of findingLines(findings)) console.say(line);
  const leftOut = leftOutOfRoomName(options);
  if (leftOut !== null) console.say(printable(leftOut));
  const failed = findings.find(({ error }) => error !== null)?.error ?? null;
  const exitCode = failed === null ? 0 : errorExitCodes[failed.code];
  console.emit('result', { exitCode, findings });
  return exitCode;
}

/** A line for each look, what to do below those that need it, and what it comes to. */
export function findingLines(findings: readonly Finding[]): string[] {
  const words = { ok: 'ok', warning: 'WARNING', failed: 'FAILED', skipped: 'skipped' } as const;
  const columns = [
    { title: '', align: 'left' },
    { title: '', align: 'left' },
    { title: '', align: 'left' },
  ] as const;
  const rows = findings.map(({ part, state, text }) => [part, words[state], printable(text)]);
  const hints = findings.flatMap(({ part, hint }) => (hint === null ? [] : [`${part}: ${printable(hint)}`]));
  return [
    ...textTable(columns, rows),
    ...(hints.length === 0 ? [] : ['', ...hints]),
    '',
    verdictOf(findings),
  ];
}

/** What the looks come to, and no more than that: what was not tried is said. */
function verdictOf(findings: readonly Finding[]): string {
  if (findings.some(({ state }) => state === 'failed')) return 'A recording cannot begin.';
  const stateOf = (name: string): Finding['state'] | undefined =>
    findings.find(({ part }) => part === name)?.state;
  if (stateOf('server') !== 'ok') return 'This machine can record. No server was tried.';
  const copying = stateOf(copyMedia);
  if (copying === 'ok') return 'A recording can begin, in copy mode as well.';
  if (copying === 'warning') return 'A recording can begin, and none in copy mode.';
  return 'A recording can begin. Media of copy mode were not tried.';
}

async function look(part: string, what: () => Promise<Told>): Promise<Finding> {
  try {
    return { part, state: 'ok', hint: null, error: null, ...(await what()) };
  } catch (thrown) {
    const error = toPlateauError(thrown).toReport();
    return { part, state: 'failed', text: error.message, hint: error.hint, error };
  }
}

function versions(): Told {
  const sdk = rtcNodeVersion() ?? 'of an unknown version';
  return {
    text: `Plateau ${plateauVersion}, Node ${process.versions.node}, rtc-node ${sdk}, ${process.platform} ${process.arch}`,
  };
}

function machine(): Told {
  assertOpenFileLimit();
  const limit = openFileLimit();
  const files = limit === null ? '' : `, ${limit} open files`;
  const text = `${availableParallelism()} cores, ${formatBytes(freemem())} of ${formatBytes(totalmem())} memory free${files}`;
  return freemem() < leastFreeMemoryBytes
    ? {
        text,
        state: 'warning',
        hint: 'Close other programs: a recording of three participants needs about 500 MB.',
      }
    : { text };
}

async function ffmpeg(): Promise<Told> {
  const { findSuitableFfmpeg } = await import('../../sink/suitable-ffmpeg.js');
  const { path, version } = await findSuitableFfmpeg({
    profile: profiles[defaultProfileName],
    audioOnly: false,
  });
  return { text: `${version}, encodes ${defaultProfileName}, ${path}` };
}

async function outputFolder(folder: string): Promise<Told> {
  const { checkOutput } = await import('../../recorder/preflight.js');
  const { freeBytes, warnings } = await checkOutput(folder, {
    profile: profiles[defaultProfileName],
    audioOnly: false,
  });
  const text = `${folder} can be written, ${freeBytes === null ? 'free space unknown' : `${formatBytes(freeBytes)} free`}`;
  return warnings.length === 0 ? { text } : { text, state: 'warning', hint: warnings.join(' ') };
}

async function server(visit: Source | null): Promise<Finding[]> {
  if (visit === null) {
    const text = 'no server is named';
    const hint = 'Name one with --url and a key or token, and doctor joins a room for a moment.';
    return [{ part: 'server', state: 'skipped', text, hint, error: null }];
  }
  const [found, time] = [
    await look('server', () => joined(visit)),
    await look('clock', () => clock(visit.url)),
  ];
  // Who is not let in finds no way for media either.
  return found.state === 'failed' ? [found, time] : [found, await lookForWay(visit), time];
}

async function joined(visit: Source): Promise<Told> {
  const { Recorder } = await import('../../recorder/recorder.js');
  const recorder = new Recorder();
  const startedMs = performance.now();
  try {
    await recorder.connect({ ...visit, mediaKeys: null }, { participants: [], audioOnly: true });
    const tookMs = performance.now() - startedMs;
    return { text: `${serverHost(visit.url)} let the recorder join in ${formatMilliseconds(tookMs)}` };
  } finally {
    await recorder.disconnect().catch(() => undefined);
  }
}

/** A recording that encodes is none the worse for it: what fails here is a warning. */
async function lookForWay(visit: Source): Promise<Finding> {
  const found = await look(copyMedia, () => wayOf(visit));
  return found.state === 'failed' ? { ...found, state: 'warning', error: null } : found;
}

async function wayOf(visit: Source): Promise<Told> {
  if ('token' in visit.credentials) {
    const text = 'not tried: copy mode joins twice, and a token is one participant';
    return { state: 'skipped', text, hint: 'Give --api-key and --api-secret to try it, and to copy.' };
  }
  const { visitRoom } = await import('../../copy/receive/visit-room.js');
  const startedMs = performance.now();
  const way = await visitRoom({ url: parseServerUrl(visit.url), token: tokenProvider(visit) });
  if (way === null)
    return { state: 'skipped', text: 'the server offered none within a moment: no way was tried' };
  return { text: `come over ${way}, found in ${formatMilliseconds(performance.now() - startedMs)}` };
}

async function clock(url: string): Promise<Told> {
  const before = Date.now();
  const serverMs = await serverClockMs(url);
  if (serverMs === null) return { state: 'skipped', text: 'the server does not say its time' };
  const { hint, text } = clockDifference(serverMs, (before + Date.now()) / 2);
  return hint === null ? { text } : { text, state: 'warning', hint };
}
