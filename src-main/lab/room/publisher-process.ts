/**
 * The process that synthetic participants live in: apart from the recorder, so that its memory and CPU
 * are measured alone. Started and spoken to by `synthetic-room.ts` over Node's IPC channel.
 */
import type { z } from 'zod';
import { toPlateauError } from '../../contract/errors.js';
import { ClipCache } from '../clip/clip-cache.js';
import { labNowMs } from '../pattern/lab-clock.js';
import { PacketPacer } from '../rtp/packet-pacer.js';
import { ClipParticipant } from './clip-participant.js';
import { prepareClips } from './clip-people.js';
import type { ParticipantAction } from './participant-spec.js';
import { PublisherCounters } from './publisher-counters.js';
import { type PublisherReport, publisherRequestSchema } from './publisher-messages.js';
import type { RoomMember } from './room-member.js';

/** How long a goodbye to the server may take. */
const leavePatienceMs = 2_000;

type ParsedRequest = z.output<typeof publisherRequestSchema>;
type PrepareRequest = Extract<ParsedRequest, { type: 'prepare' }>;
type Entry = PrepareRequest['participants'][number];

interface Member {
  readonly entry: Entry;
  readonly participant: RoomMember;
  /** Tail of the member's actions: they run one after the other. */
  lastAction: Promise<void>;
}

const members = new Map<string, Member>();
const counters = new PublisherCounters();
const timers = new Set<NodeJS.Timeout>();
const clips = new ClipCache();
const pacer = new PacketPacer({
  nowMs: labNowMs,
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
});
/** Lets go of the SDK, if it was loaded. */
let disposeLibwebrtc: (() => Promise<void>) | undefined;

function report(message: PublisherReport): void {
  process.send?.(message);
}

/** Runs something after everything that the member has under way; a failure is reported as that action's. */
function enqueue(identity: string, action: ParticipantAction, id: number | null): void {
  const member = members.get(identity);
  if (member === undefined) {
    report({ type: 'failed', id, identity, action, message: 'There is no such participant.' });
    return;
  }
  member.lastAction = member.lastAction.then(async () => {
    try {
      await member.participant.perform(action);
      report({ type: 'effect', id, identity, action, atMs: labNowMs() });
    } catch (failure) {
      reportFailure(failure, action, identity, id);
    }
  });
}

function reportFailure(
  failure: unknown,
  action: ParticipantAction,
  identity: string,
  id: number | null,
): void {
  const message = failure instanceof Error ? failure.message : String(failure);
  report({ type: 'failed', id, identity, action, message });
}

function schedule(atMs: number, identity: string, action: ParticipantAction): void {
  const timer = setTimeout(
    () => {
      timers.delete(timer);
      enqueue(identity, action, null);
    },
    Math.max(0, atMs - labNowMs()),
  );
  timers.add(timer);
}

async function prepare(request: PrepareRequest): Promise<void> {
  try {
    for (const entry of request.participants) {
      const { spec } = entry;
      const participant =
        spec.publisher === 'clip'
          ? await clipMember(request.url, entry)
          : await libwebrtcMember(request.url, entry);
      members.set(spec.identity, { entry, participant, lastAction: Promise.resolve() });
    }
    report({ type: 'prepared', failure: null });
  } catch (failure) {
    report({ type: 'prepared', failure: toPlateauError(failure).toReport() });
  }
}

async function clipMember(url: string, { spec, token, hue }: Entry): Promise<RoomMember> {
  await prepareClips(clips, spec, hue);
  const participant = await ClipParticipant.create({
    ...{ url, token, spec, hue, clips, pacer, counters },
    onLost: () => {
      const member = members.get(spec.identity);
      if (member === undefined) return;
      const action = { type: 'join' } as const;
      member.lastAction = member.lastAction
        .then(() => participant.rejoin())
        .catch((failure: unknown) => {
          reportFailure(failure, action, spec.identity, null);
        });
    },
  });
  return participant;
}

/** The SDK is loaded by who needs it only: it takes 60 MB and threads of its own. */
async function libwebrtcMember(url: string, { spec, token, hue }: Entry): Promise<RoomMember> {
  const { PublisherParticipant } = await import('./publisher-participant.js');
  const { dispose } = await import('@livekit/rtc-node');
  disposeLibwebrtc = dispose;
  return new PublisherParticipant({ url, token, spec, hue, counters });
}

function start({ startAtMs }: Extract<ParsedRequest, { type: 'start' }>): void {
  for (const {
    entry: { spec },
  } of members.values()) {
    if (spec.joinAtMs !== null) schedule(startAtMs + spec.joinAtMs, spec.identity, { type: 'join' });
    for (const { atMs, action } of spec.schedule) schedule(startAtMs + atMs, spec.identity, action);
  }
}

async function stop(): Promise<void> {
  for (const timer of timers) clearTimeout(timer);
  const goodbye = Promise.allSettled([...members.values()].map(({ participant }) => participant.leave()));
  const limit = new Promise((resolve) => setTimeout(resolve, leavePatienceMs));
  await Promise.race([goodbye, limit]);
  await Promise.race([disposeLibwebrtc?.(), limit]);
  process.exit(0);
}

async function measure(id: number): Promise<void> {
  const participants = await Promise.all(
    [...members.values()].map(({ participant }) => participant.figures()),
  );
  report({ type: 'figures', id, figures: counters.figures(participants) });
}

function receive(message: unknown): void {
  const request = publisherRequestSchema.parse(message);
  switch (request.type) {
    case 'prepare':
      void prepare(request);
      return;
    case 'start':
      start(request);
      return;
    case 'command':
      enqueue(request.identity, request.action, request.id);
      return;
    case 'measure':
      void measure(request.id);
      return;
    case 'stop':
      void stop();
  }
}

process.on('message', receive);
// The room's process is gone: nobody is left to publish for.
process.on('disconnect', () => process.exit(0));
report({ type: 'ready' });
