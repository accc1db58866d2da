import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CommandInput, ConsoleApi } from '../../../../src-main/contract/console.js';
import type { Result } from '../../../../src-main/contract/errors.js';
import type { HeardAudio } from '../../../../src-main/contract/media-events.js';
import { samplesOf } from '../../../../src-renderer/derive/pcm.js';
import { Solo, type SoloOutput } from '../../../../src-renderer/stores/solo.js';

const ada = { identity: 'ada', kind: 'participant' } as const;
const ben = { identity: 'ben', kind: 'participant' } as const;
const piece = Buffer.from(new Int16Array(1920).fill(16_384).buffer).toString('base64');

class FakeOutput implements SoloOutput {
  queuedMs = 0;
  volume = -1;
  isClosed = false;
  played = 0;
  resumed = 0;
  onBlocked: (isBlocked: boolean) => void = () => undefined;

  play(samples: Float32Array): void {
    expect(this.isClosed).toBe(false);
    this.played += samples.length;
  }

  setVolume(share: number): void {
    this.volume = share;
  }

  resume(): void {
    this.resumed += 1;
  }

  close(): void {
    this.isClosed = true;
  }
}

let asked: {
  input: CommandInput<'nextAudio'>;
  answer: (result: Result<HeardAudio | null>) => void;
}[];
let outputs: FakeOutput[];
let solo: Solo;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  outputs = [];
  const call = (_name: string, input: CommandInput<'nextAudio'>): Promise<Result<HeardAudio | null>> =>
    new Promise((answer) => asked.push({ input, answer }));
  const open = (onBlocked: (isBlocked: boolean) => void): SoloOutput => {
    const output = new FakeOutput();
    output.onBlocked = onBlocked;
    outputs.push(output);
    return output;
  };
  solo = new Solo({ call, subscribe: () => () => undefined } as unknown as ConsoleApi, open, () =>
    Date.now(),
  );
});

afterEach(() => {
  vi.useRealTimers();
});

async function answer(value: HeardAudio | null): Promise<void> {
  asked.at(-1)?.answer({ ok: true, value });
  await vi.advanceTimersByTimeAsync(0);
}

it('is off at first, and plays piece by piece from where the one before has ended', async () => {
  expect(solo.store.getState().feed).toBeNull();
  expect(asked).toHaveLength(0);
  solo.toggle(ada);
  await answer({ end: 1920, droppedSamples: 0, pcm: piece });
  await answer({ end: 3840, droppedSamples: 0, pcm: piece });
  expect(asked.map(({ input }) => input.after)).toEqual([null, 1920, 3840]);
  expect(outputs[0]).toMatchObject({ played: 3840, volume: 0.8 });
});

it('is never two at once: the first one ends where the other begins, and what comes late of it is not heard', async () => {
  solo.toggle(ada);
  solo.toggle(ben);
  expect(outputs.map(({ isClosed }) => isClosed)).toEqual([true, false]);
  asked[0]?.answer({ ok: true, value: { end: 1920, droppedSamples: 0, pcm: piece } });
  await vi.advanceTimersByTimeAsync(0);
  expect(outputs.map(({ played }) => played)).toEqual([0, 0]);
  expect(asked.map(({ input }) => input.identity)).toEqual(['ada', 'ben']);
  await answer({ end: 1920, droppedSamples: 0, pcm: piece });
  expect(outputs.map(({ played }) => played)).toEqual([0, 1920]);
  solo.toggle(ben);
  expect(solo.store.getState().feed).toBeNull();
  expect(outputs.map(({ isClosed }) => isClosed)).toEqual([true, true]);
});

it('leaves out what would be heard too late, and counts it with what the recorder left out', async () => {
  solo.toggle(ada);
  const [output] = outputs;
  if (output === undefined) throw new Error('there is no output');
  output.queuedMs = 161;
  await answer({ end: 1920, droppedSamples: 0, pcm: piece });
  expect([output.played, solo.store.getState().skippedMs]).toEqual([0, 40]);
  output.queuedMs = 100;
  await answer({ end: 8640, droppedSamples: 4800, pcm: piece });
  expect([output.played, solo.store.getState().skippedMs]).toEqual([1920, 140]);
});

it('ends when they leave, and not when others do', () => {
  solo.toggle(ada);
  solo.keepOnly([{ identity: 'ada', isPresent: true }]);
  expect(solo.store.getState().feed).toEqual(ada);
  solo.keepOnly([{ identity: 'ada', isPresent: false }]);
  expect(solo.store.getState().feed).toBeNull();
  expect(outputs[0]?.isClosed).toBe(true);
});

it('asks on in a silence, and waits where it is refused', async () => {
  solo.toggle(ada);
  await vi.advanceTimersByTimeAsync(500);
  await answer(null);
  expect(asked).toHaveLength(2);
  asked[1]?.answer({ ok: false, error: { code: 'usage', message: 'There is no such command.', hint: '' } });
  await vi.advanceTimersByTimeAsync(499);
  expect(asked).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toHaveLength(3);
});

it('says that the browser waits for a click, and has a volume that stays', () => {
  solo.toggle(ada);
  outputs[0]?.onBlocked(true);
  expect(solo.store.getState().isBlocked).toBe(true);
  solo.resume();
  expect(outputs[0]?.resumed).toBe(1);
  solo.setVolume(0.3);
  expect(outputs[0]?.volume).toBe(0.3);
  solo.toggle(ben);
  expect(outputs[1]?.volume).toBe(0.3);
  expect(solo.store.getState().isBlocked).toBe(false);
});

it('reads samples as they were written, and none of what is no base64', () => {
  const bytes = Buffer.from(new Int16Array([0, 16_384, -32_768, 32_767]).buffer).toString('base64');
  expect([...samplesOf(bytes)]).toEqual([0, 0.5, -1, expect.closeTo(1, 4)]);
  expect(samplesOf('ÿ')).toHaveLength(0);
});
