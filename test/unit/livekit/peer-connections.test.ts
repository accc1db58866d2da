import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PeerConnections } from '../../../src-main/livekit/peer-connections.js';

let stalls: number;
let stall: (() => void) | null;
let peers: PeerConnections;

beforeEach(() => {
  vi.useFakeTimers();
  stalls = 0;
  stall = null;
  peers = new PeerConnections(
    (onStalled) => {
      stall = onStalled;
      return () => {
        stall = null;
      };
    },
    () => {
      stalls += 1;
    },
  );
});

afterEach(() => {
  vi.useRealTimers();
});

/** A token with these grants; nobody signed it. */
function tokenWith(video: object): string {
  const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
  return [part({ alg: 'HS256' }), part({ video }), 'signature'].join('.');
}

it.each([
  ['may publish', tokenWith({ canPublish: true }), true, null],
  ['is not told what it may', tokenWith({}), true, null],
  ['may not publish', tokenWith({ canPublish: false }), false, 'token'],
  ['has no token at all', 'none', true, null],
])('asks for as many as the server gives turns to: who %s', (_who, token, isSingle, split) => {
  expect(peers.optionsFor(token)).toMatchObject({ singlePeerConnection: isSingle, autoSubscribe: false });
  expect(peers.split).toBe(split);
});

it('asks for two after a stall, whatever the token says, and is watched once', () => {
  peers.joined();
  const watched = stall;
  peers.joined();
  expect(stall).toBe(watched);
  stall?.();
  expect(stalls).toBe(1);
  expect(peers.optionsFor(tokenWith({ canPublish: true }))).toMatchObject({ singlePeerConnection: false });
  expect(peers.split).toBe('stalled');
  peers.close();
  expect(stall).toBeNull();
});

it('does not take a process that stood still for one that hears nothing', () => {
  peers.joined();
  peers.stoodStill();
  vi.advanceTimersByTime(14_000);
  stall?.();
  expect(stalls).toBe(0);
  vi.advanceTimersByTime(2_000);
  stall?.();
  expect(stalls).toBe(1);
});
