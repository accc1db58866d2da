import { expect, it } from 'vitest';
import { judgedRssBytes } from '#engine/telemetry/judged-memory.js';

it('leaves out what the replay buffer holds, and nothing else', () => {
  const memory = { rssBytes: 200e6 };
  expect(judgedRssBytes({ memory })).toBe(200e6);
  expect(judgedRssBytes({ memory, replay: { heldBytes: 40e6 } })).toBe(160e6);
  expect(judgedRssBytes({ memory: { rssBytes: null }, replay: { heldBytes: 40e6 } })).toBeNull();
});
