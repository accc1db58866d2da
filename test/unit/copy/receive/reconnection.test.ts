import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PlateauError } from '../../../../src-main/contract/errors.js';
import { Reconnection } from '../../../../src-main/copy/receive/reconnection.js';
import { connectionLost } from '../../../../src-main/copy/signal/upgrade.js';

const unreachable = (): PlateauError => new PlateauError('serverUnreachable', 'It is not there.', 'Wait.');

/** What was done, and told. */
let log: string[];
/** What each attempt comes to, in turn; the last one is repeated. */
let outcomes: (PlateauError | null)[];
let reconnection: Reconnection;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  log = [];
  outcomes = [null];
  const attempt = (name: string) => (): Promise<void> => {
    log.push(name);
    const outcome = outcomes.length > 1 ? outcomes.shift() : outcomes[0];
    return outcome instanceof PlateauError ? Promise.reject(outcome) : Promise.resolve();
  };
  reconnection = new Reconnection({
    patienceMs: 10_000,
    resume: attempt('resume'),
    rejoin: attempt('rejoin'),
    onState: () => undefined,
    onLost: ({ code }) => log.push(code),
  });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a reconnection', () => {
  it('takes the session up where only the signaling was cut, once for several losses', async () => {
    reconnection.begin('cut', false);
    reconnection.begin('cut', false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log).toEqual(['resume']);
    reconnection.begin('cut again', false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log).toEqual(['resume', 'resume']);
  });

  it('begins a new session where media are lost, also while it tries to take one up', async () => {
    reconnection.begin('cut', false);
    reconnection.begin('dead', true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log).toEqual(['rejoin']);
  });

  it('begins a new session when the server has forgotten the old one, or is away for long', async () => {
    outcomes = [connectionLost('forgotten'), null];
    reconnection.begin('cut', false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log).toEqual(['resume', 'rejoin']);
    log = [];
    outcomes = [unreachable(), unreachable(), unreachable(), unreachable(), unreachable(), null];
    reconnection.begin('cut', false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log).toEqual(['resume', 'resume', 'resume', 'resume', 'rejoin', 'rejoin']);
  });

  it('ends with a refusal, and after its patience', async () => {
    outcomes = [new PlateauError('unauthorized', 'No.', 'Ask.')];
    reconnection.begin('cut', false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log).toEqual(['resume', 'unauthorized']);
  });

  it('ends when the server stays away', async () => {
    outcomes = [unreachable()];
    reconnection.begin('cut', true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log.at(-1)).toBe('connectionLost');
    const attempts = log.filter((entry) => entry === 'rejoin').length;
    expect(attempts).toBeGreaterThan(5);
    expect(attempts).toBeLessThan(12);
    reconnection.begin('cut', true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log.filter((entry) => entry === 'rejoin')).toHaveLength(attempts);
  });

  it('makes no attempt once it was stopped', async () => {
    reconnection.begin('cut', false);
    reconnection.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log).toEqual([]);
  });
});
