/**
 * The recorder without caps: the same people, the same encoder, and arrays where the queues should be. In a
 * process of its own, so that its memory is measured alone and its end harms nobody. Started, watched and
 * ended by `unbounded-handle.ts`.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RemoteParticipant, RemoteTrackPublication, RoomOptions } from '@livekit/rtc-node';
import { Room, RoomEvent, TrackKind } from '@livekit/rtc-node';
import { toPlateauError } from '../../contract/errors.js';
import { silenceSdkLog } from '../../livekit/sdk-log.js';
import { DiskThrottle } from '../../sink/disk-throttle.js';
import { LiveEncoder } from '../../sink/live-encoder.js';
import { fileStemFor } from '../../storage/take-folder.js';
import { reasonToStop } from './safety-stop.js';
import { UnboundedFile } from './unbounded-file.js';
import {
  type Impairments,
  type UnboundedFigures,
  type UnboundedReport,
  type UnboundedRequest,
  unboundedRequestSchema,
} from './unbounded-messages.js';

type StartRequest = Extract<UnboundedRequest, { type: 'start' }>;

/** Oftener than the table and the chart show it; a message costs little beside what the process does. */
const reportEveryMs = 500;
/** Oftener than the parent looks: it ends by itself, and cleanly, before it is ended. */
const checkEveryMs = 100;
/** A file whose camera is off goes on: a second late at most. */
const fillEveryMs = 1000;
/** A message to a parent that reads is there at once. */
const sendPatienceMs = 500;
/** A plain recorder lets ffmpeg write its file: what stands between is hardly more than a pipe. */
const directDisk = { capBytes: 256 * 1024 } as const;
const connectOptions: RoomOptions = { autoSubscribe: false, dynacast: false };

const files = new Map<string, UnboundedFile>();
const throttle = new DiskThrottle();
let impairments: Impairments = { disk: 'open', isPaused: false };
let folder: string | null = null;
let isEnding = false;

function report(message: UnboundedReport, onSent: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, onSent);
}

function encoderPids(): number[] {
  return [...files.values()].flatMap(({ encoder: { pid } }) => (pid === undefined ? [] : [pid]));
}

function signalEncoders(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
  for (const pid of encoderPids()) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended already.
    }
  }
}

/** Nothing is finalized, for nothing is kept. */
function end(): never {
  signalEncoders('SIGKILL');
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

function endBecause(reason: 'memory' | 'time' | 'failed', message: string): void {
  if (isEnding) return;
  isEnding = true;
  report({ type: 'figures', figures: figures(), encoderPids: encoderPids() });
  report({ type: 'ending', reason, message }, end);
  // A parent that does not read must not keep it alive.
  setTimeout(end, sendPatienceMs);
}

function fail(thrown: unknown): void {
  endBecause('failed', toPlateauError(thrown).message);
}

function figures(): UnboundedFigures {
  const sum = { queuedFrames: 0, queuedBytes: 0, receivedFrames: 0, writtenFrames: 0 };
  for (const file of files.values()) {
    sum.queuedFrames += file.queuedFrames;
    sum.queuedBytes += file.queuedBytes;
    sum.receivedFrames += file.receivedFrames;
    sum.writtenFrames += file.writtenFrames;
  }
  return { rssBytes: process.memoryUsage.rss(), ...sum };
}

async function start(request: StartRequest): Promise<void> {
  const { people, profile, ffmpegPath, stopAtBytes, endsAfterMs } = request;
  folder = request.folder;
  const startedAtMs = performance.now();
  setInterval(() => {
    const rssBytes = process.memoryUsage.rss();
    const elapsedMs = performance.now() - startedAtMs;
    const reason = reasonToStop({ rssBytes, stopAtBytes, silentChecks: 0, elapsedMs, endsAfterMs });
    if (reason === 'memory' || reason === 'time') endBecause(reason, '');
  }, checkEveryMs);
  const stems = new Set<string>();
  for (const { identity, width, height } of people) {
    const encoder = await LiveEncoder.start({
      ffmpegPath,
      profile,
      canvas: profile.canvas ?? { width, height },
      path: join(request.folder, `${fileStemFor(identity, stems)}.${profile.container}`),
      disk: { ...directDisk, throttle },
      onFailure: fail,
    });
    files.set(identity, new UnboundedFile(encoder));
  }
  await joinRoom(request);
  // Trouble may have begun while the encoders started.
  applyImpairments(impairments);
  report({ type: 'joined' });
  setInterval(() => {
    report({ type: 'figures', figures: figures(), encoderPids: encoderPids() });
  }, reportEveryMs);
  setInterval(() => {
    for (const file of files.values()) file.fill();
  }, fillEveryMs);
}

async function joinRoom({ url, token }: StartRequest): Promise<void> {
  silenceSdkLog();
  const room = new Room();
  room.on(RoomEvent.TrackPublished, subscribe);
  room.on(RoomEvent.TrackSubscribed, (track, _publication, { identity }) => {
    const file = files.get(identity);
    if (file === undefined) return;
    const reading = track.kind === TrackKind.KIND_VIDEO ? file.readVideo(track) : file.readAudio(track);
    reading.catch(fail);
  });
  await room.connect(url, token, connectOptions);
  for (const participant of room.remoteParticipants.values()) {
    for (const publication of participant.trackPublications.values()) subscribe(publication, participant);
  }
}

/** The SDK announces a publication of a participant that it does not know yet with undefined. */
function subscribe(publication: RemoteTrackPublication, participant: RemoteParticipant | undefined): void {
  if (participant === undefined || !files.has(participant.identity)) return;
  publication.setSubscribed(true);
}

function applyImpairments(now: Impairments): void {
  impairments = now;
  if (now.disk === 'open') throttle.open();
  else if (now.disk === 'held') throttle.stall();
  else throttle.limit(now.disk);
  signalEncoders(now.isPaused ? 'SIGSTOP' : 'SIGCONT');
}

process.on('message', (message) => {
  const request = unboundedRequestSchema.parse(message);
  if (request.type === 'applyImpairments') applyImpairments(request.impairments);
  else start(request).catch(fail);
});
// The parent is gone: nobody would end this one any more.
process.on('disconnect', end);
report({ type: 'ready' });
