/**
 * The process that synthetic participants live in: apart from the recorder, so that its memory and CPU
 * are measured alone. Started and spoken to by `synthetic-room.ts` over Node's IPC channel.
 */
import { dispose } from '@livekit/rtc-node';
import type { z } from 'zod';

import { labNowMs } from '../pattern/lab-clock.js';
import type { ParticipantAction } from './participant-spec.js';
import { PublisherCounters } from './publisher-counters.js';
import { type PublisherReport, publisherRequestSchema } from './publisher-messages.js';
import { PublisherParticipant } from './publisher-participant.js';

/** How long a goodbye to the server may take. */
const leavePatienceMs = 2_000;

type ParsedRequest = z.output<typeof publisherRequestSchema>;

interface Member {
  readonly participant: PublisherParticipant;
  /** Tail of the member's actions: they run one after the other. */
  lastAction: Promise<void>;
}

const members = new Map<string, Member>();
const counters = new PublisherCounters();
const timers = new Set<NodeJS.Timeout>();

function report(message: PublisherReport): void {
  process.send?.(message);
}

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
      const message = failure instanceof Error ? failure.message : String(failure);
      report({ type: 'failed', id, identity, action, message });
    }
  });
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

function start(request: Extract<ParsedRequest, { type: 'start' }>): void {
  for (const { spec, token, hue } of request.participants) {
    const participant = new PublisherParticipant({ url: request.url, token, spec, hue, counters });
    members.set(spec.identity, { participant, lastAction: Promise.resolve() });
    if (spec.joinAtMs !== null) schedule(request.startAtMs + spec.joinAtMs, spec.identity, { type: 'join' });
    for (const { atMs, action } of spec.schedule) schedule(request.startAtMs + atMs, spec.identity, action);
  }
}

async function stop(): Promise<void> {
  for (const timer of timers) clearTimeout(timer);
  const goodbye = Promise.allSettled([...members.values()].map(({ participant }) => participant.leave()));
  const limit = new Promise((resolve) => setTimeout(resolve, leavePatienceMs));
  await Promise.race([goodbye, limit]);
  await Promise.race([dispose(), limit]);
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
