import { PlateauError } from '../../contract/errors.js';
import { mintToken } from '../../livekit/connect/access-token.js';
import { labNowMs } from '../pattern/lab-clock.js';
import {
  type ParticipantAction,
  type ParticipantPlan,
  type ParticipantSpec,
  participantSpecSchema,
} from './participant-spec.js';
import { type ActionEffect, PublisherHandle } from './publisher-handle.js';
import type { PublisherFigures } from './publisher-messages.js';

export type { ActionEffect } from './publisher-handle.js';

/** Longer than anybody watches a demo. */
const tokenTtlSeconds = 24 * 60 * 60;

export interface SyntheticRoomOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** The room's name; the server creates it with the first join. */
  readonly room: string;
  readonly participants: readonly ParticipantSpec[];
}

/** Synthetic participants in a real room, published from processes of their own. */
export interface SyntheticRoom {
  /** Moment 0 of the schedules on the lab's clock: Unix milliseconds, comparable with `Date.now()`. */
  readonly startAtMs: number;
  /** What was done so far, by schedule and by command, in order of time. */
  readonly effects: readonly ActionEffect[];
  /** Everybody who is in it, will be, or was. */
  readonly identities: readonly string[];
  /** Process ids of the publishers, to measure them. */
  readonly pids: readonly number[];
  /** Does an action now; resolves with its effect when it is done. */
  command(identity: string, action: ParticipantAction): Promise<ActionEffect>;
  /** Resolves with the first effect of that kind, past or future. */
  effectOf(identity: string, type: ParticipantAction['type']): Promise<ActionEffect>;
  /** Resolves when every scheduled action is done; rejects with the first that failed. */
  untilScheduleDone(): Promise<void>;
  /** CPU, memory and frames of the publishers, summed over their processes. */
  measure(): Promise<PublisherFigures>;
  /** Everybody leaves and the processes end. Idempotent. */
  stop(): Promise<void>;
}

interface EffectWaiter {
  readonly identity: string;
  readonly type: ParticipantAction['type'];
  readonly resolve: (effect: ActionEffect) => void;
  readonly reject: (failure: unknown) => void;
}

class RoomOfPublishers implements SyntheticRoom {
  readonly #plans: readonly ParticipantPlan[];
  readonly #effects: ActionEffect[] = [];
  readonly #publishers: readonly PublisherHandle[];
  readonly #waiters = new Set<EffectWaiter>();
  readonly #scheduleDone: Promise<void>;
  #settleSchedule: { resolve: () => void; reject: (failure: unknown) => void } | undefined;
  #openActions: number;
  #failure: PlateauError | undefined;
  #startAtMs = 0;

  constructor(plans: readonly ParticipantPlan[]) {
    this.#plans = plans;
    this.#openActions = plans.reduce(
      (count, plan) => count + plan.schedule.length + (plan.joinAtMs === null ? 0 : 1),
      0,
    );
    this.#scheduleDone = new Promise((resolve, reject) => {
      this.#settleSchedule = { resolve, reject };
    });
    // Whoever wants to know awaits untilScheduleDone.
    this.#scheduleDone.catch(() => undefined);
    if (this.#openActions === 0) this.#settleSchedule?.resolve();

    const shared = plans.filter((plan) => !plan.isolated);
    const groups = [
      ...(shared.length > 0 ? [shared] : []),
      ...plans.filter((plan) => plan.isolated).map((plan) => [plan]),
    ];
    const listener = {
      onEffect: (effect: ActionEffect): void => {
        this.#record(effect);
        this.#openActions -= 1;
        if (this.#openActions === 0) this.#settleSchedule?.resolve();
      },
      onFailure: (failure: PlateauError): void => this.#fail(failure),
    };
    this.#publishers = groups.map((group) => new PublisherHandle(group, listener));
  }

  get startAtMs(): number {
    return this.#startAtMs;
  }

  get effects(): readonly ActionEffect[] {
    return this.#effects;
  }

  get identities(): readonly string[] {
    return this.#plans.map(({ identity }) => identity);
  }

  get pids(): readonly number[] {
    return this.#publishers.map(({ pid }) => pid).filter((pid) => pid !== undefined);
  }

  async start(options: SyntheticRoomOptions): Promise<void> {
    const entries = await Promise.all(
      this.#plans.map(async (spec, position) => ({
        spec,
        token: await publisherToken(options, spec),
        hue: position / this.#plans.length,
      })),
    );
    await Promise.all(
      this.#publishers.map((publisher) =>
        publisher.prepare({
          type: 'prepare',
          url: options.url,
          participants: entries.filter(({ spec }) => publisher.identities.includes(spec.identity)),
        }),
      ),
    );
    this.#startAtMs = labNowMs();
    for (const publisher of this.#publishers) {
      publisher.start({ type: 'start', startAtMs: this.#startAtMs });
    }
    const first = this.#plans.filter(({ joinAtMs }) => joinAtMs === 0);
    await Promise.all(first.map(({ identity }) => this.effectOf(identity, 'join')));
  }

  async command(identity: string, action: ParticipantAction): Promise<ActionEffect> {
    const publisher = this.#publishers.find(({ identities }) => identities.includes(identity));
    const plan = this.#plans.find((candidate) => candidate.identity === identity);
    if (publisher === undefined || plan === undefined) {
      throw new TypeError(`There is no synthetic participant "${identity}".`);
    }
    if (action.type === 'crash' && !plan.isolated) {
      throw new TypeError(
        `"${identity}" shares its process with others: only an isolated participant can crash.`,
      );
    }
    const effect = await publisher.command(identity, action);
    this.#record(effect);
    return effect;
  }

  effectOf(identity: string, type: ParticipantAction['type']): Promise<ActionEffect> {
    const past = this.#effects.find((effect) => effect.identity === identity && effect.action.type === type);
    if (past !== undefined) return Promise.resolve(past);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => this.#waiters.add({ identity, type, resolve, reject }));
  }

  untilScheduleDone(): Promise<void> {
    return this.#scheduleDone;
  }

  async measure(): Promise<PublisherFigures> {
    const all = await Promise.all(this.#publishers.map((publisher) => publisher.measure()));
    const sum = (pick: (figures: PublisherFigures) => number): number =>
      all.reduce((total, figures) => total + pick(figures), 0);
    return {
      cpuMs: sum(({ cpuMs }) => cpuMs),
      rssBytes: sum(({ rssBytes }) => rssBytes),
      framesCaptured: sum(({ framesCaptured }) => framesCaptured),
      slotsSkipped: sum(({ slotsSkipped }) => slotsSkipped),
      lateSlots: all.flatMap(({ lateSlots }) => lateSlots),
      captureMs: sum(({ captureMs }) => captureMs),
      participants: all.flatMap(({ participants }) => participants),
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#publishers.map((publisher) => publisher.stop()));
    this.#fail(new PlateauError('invalidState', 'The synthetic room was stopped.', 'Start a new one.'));
  }

  #record(effect: ActionEffect): void {
    this.#effects.push(effect);
    for (const waiter of this.#waiters) {
      if (waiter.identity !== effect.identity || waiter.type !== effect.action.type) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(effect);
    }
  }

  #fail(failure: PlateauError): void {
    this.#failure ??= failure;
    this.#settleSchedule?.reject(failure);
    for (const waiter of this.#waiters) waiter.reject(failure);
    this.#waiters.clear();
  }
}

async function publisherToken(options: SyntheticRoomOptions, spec: ParticipantPlan): Promise<string> {
  const { apiKey, apiSecret, room } = options;
  return mintToken({
    ...{ apiKey, apiSecret, identity: spec.identity, name: spec.name, ttlSeconds: tokenTtlSeconds },
    video: { roomJoin: true, room, canPublish: true, canSubscribe: false },
  });
}

/**
 * Starts synthetic participants in a room. Resolves when everybody whose `joinAtMs` is 0 has joined and
 * published. The caller owns the room and calls `stop`; the processes end with this one in any case.
 *
 * Participants share one process unless they are `isolated`. All of them flash and beep on the whole
 * seconds of one clock.
 *
 * @throws PlateauError if a participant could not join.
 */
export async function startSyntheticRoom(options: SyntheticRoomOptions): Promise<SyntheticRoom> {
  const plans = options.participants.map((spec) => participantSpecSchema.parse(spec));
  if (new Set(plans.map(({ identity }) => identity)).size !== plans.length) {
    throw new TypeError('Two synthetic participants have the same identity.');
  }
  const room = new RoomOfPublishers(plans);
  try {
    await room.start(options);
    return room;
  } catch (failure) {
    await room.stop();
    throw failure;
  }
}
