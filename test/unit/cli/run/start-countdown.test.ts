import { expect, it } from 'vitest';
import { untilStart } from '../../../../src-main/cli/run/start-countdown.js';

function consoleOf(isLive: boolean): {
  console: Parameters<typeof untilStart>[1];
  said: string[];
  live: string[];
} {
  const said: string[] = [];
  const live: string[] = [];
  const console = {
    isLive,
    say: (line: string) => said.push(line),
    showLive: (lines: readonly string[]) => live.push(lines.join()),
  } as unknown as Parameters<typeof untilStart>[1];
  return { console, said, live };
}

it('counts down to the moment on a terminal, and takes the line away', async () => {
  const { console, said, live } = consoleOf(true);
  let nowMs = 0;
  await untilStart(3_000, console, new AbortController().signal, () => (nowMs += 500));
  expect(said).toEqual([expect.stringMatching(/^Recording starts at [\d-]{10} [\d:]{8}\.$/)]);
  expect(live[0]).toBe('Starts in 00:00:02');
  expect(live).toContain('Starts in 00:00:01');
  expect(live.at(-1)).toBe('');
});

it('says it once a minute elsewhere', async () => {
  const { console, said, live } = consoleOf(false);
  let nowMs = 0;
  await untilStart(200_000, console, new AbortController().signal, () => (nowMs += 15_000));
  const told = said.slice(1);
  expect(told.length).toBeGreaterThanOrEqual(1);
  expect(told.length).toBeLessThanOrEqual(3);
  for (const line of told) expect(line).toMatch(/^Starts in 00:0[0-2]:\d\d$/);
  expect(live).toEqual(['']);
});

it('ends at once when somebody ends the command', async () => {
  const { console } = consoleOf(false);
  const ended = new AbortController();
  const over = untilStart(Date.now() + 3_600_000, console, ended.signal);
  ended.abort();
  await over;
});
