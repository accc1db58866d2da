import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ParticipantSpec } from '#engine/lab/room/participant-spec.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import type { Cleanup } from '../bench/cleanup.js';
import { RunningCommand } from '../fixtures/command.js';

export const fps = 30;
export const size = { width: 1280, height: 720 } as const;

/** What every fault needs: a server, people, and `plateau record` as a user runs it. */
export interface FaultLab {
  readonly server: EmbeddedServer;
  /** Three people at 720p30. */
  readonly room: SyntheticRoom;
  readonly people: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cleanup: Cleanup;
  readonly progress: (line: string) => void;
  /** A folder of its own for each take; removed at the end. */
  newFolder(): Promise<string>;
}

export const roomName = 'faults';

/** Starts a server and a room; `cleanup` ends both. */
export async function openLab(
  people: readonly string[],
  cleanup: Cleanup,
  progress: FaultLab['progress'],
): Promise<FaultLab> {
  const folder = await mkdtemp(join(tmpdir(), 'plateau-faults-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const server = await startLivekitServer();
  cleanup.add(() => server.stop());
  const { url, apiKey, apiSecret } = server;
  const participants: ParticipantSpec[] = people.map((identity) => ({ identity, camera: { ...size, fps } }));
  const room = await startSyntheticRoom({ url, apiKey, apiSecret, room: roomName, participants });
  cleanup.add(() => room.stop());
  return {
    ...{ server, room, people, cleanup, progress },
    environment: { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
    newFolder: () => mkdtemp(join(folder, 'takes-')),
  };
}

/** A recording that runs. */
export interface RunningRecording {
  readonly command: RunningCommand;
  readonly out: string;
  /** The take's folder, once there is one. */
  readonly take: () => Promise<string>;
  /** Waits until telemetry tells of so many seconds of the take, with a file for everybody. */
  readonly untilRecorded: (seconds: number) => Promise<void>;
}

/** `plateau record` of the room, in a process of its own; ended with the row, whatever happens. */
export async function record(
  lab: FaultLab,
  cleanup: Cleanup,
  args: readonly string[] = [],
): Promise<RunningRecording> {
  const out = await lab.newFolder();
  return recordInto(lab, cleanup, out, args);
}

/** The same in a folder that is there. */
export function recordInto(
  lab: FaultLab,
  cleanup: Cleanup,
  out: string,
  args: readonly string[] = [],
): RunningRecording {
  const command = new RunningCommand(
    ['record', '--room', roomName, '--out', out, '--json', ...args],
    lab.environment,
  );
  cleanup.add(async () => {
    command.signal('SIGKILL');
    await command.ended;
  });
  const take = async (): Promise<string> => {
    const [name] = await readdir(out).catch(() => []);
    if (name === undefined) throw new Error(`no take was begun:\n${command.output}`);
    return join(out, name);
  };
  const ended = command.ended.then(({ stderr, stdout }) => {
    throw new Error(`the recorder has ended:\n${stdout}${stderr}`);
  });
  ended.catch(() => undefined);
  const until = (seconds: number): Promise<void> => Promise.race([untilRecorded(lab, out, seconds), ended]);
  return { command, out, take, untilRecorded: until };
}

/** Often enough for a moment that is random within a second. */
const lookEveryMs = 50;

async function untilRecorded({ people }: FaultLab, out: string, seconds: number): Promise<void> {
  while ((await recordedMs(out, people.length)) < seconds * 1000) await wait(lookEveryMs);
}

async function recordedMs(out: string, files: number): Promise<number> {
  const [name] = await readdir(out).catch(() => []);
  if (name === undefined) return 0;
  const text = await readFile(join(out, name, 'telemetry.ndjson'), 'utf8').catch(() => '');
  const line = text
    .slice(0, text.lastIndexOf('\n'))
    .split('\n')
    .findLast((one) => one.includes('plateau.snapshot/1'));
  if (line === undefined) return 0;
  const { takeMs, sinks } = JSON.parse(line) as { takeMs: number | null; sinks: readonly object[] };
  return sinks.length < files ? 0 : (takeMs ?? 0);
}
