import { EventEmitter } from 'node:events';
import { afterEach, expect, it, vi } from 'vitest';
import { PauseControl } from '../../../../src-main/cli/run/pause-control.js';
import { PlateauError } from '../../../../src-main/contract/errors.js';

afterEach(() => {
  vi.restoreAllMocks();
});

type Console = ConstructorParameters<typeof PauseControl>[0];

function stage(isTTY: boolean): {
  control: PauseControl;
  recorder: Parameters<PauseControl['control']>[0];
  said: string[];
  asked: boolean[];
  saved: string[];
  setRawMode: ReturnType<typeof vi.fn>;
} {
  const said: string[] = [];
  const asked: boolean[] = [];
  const saved: string[] = [];
  const take = { isPaused: false };
  const recorder = {
    take,
    setPaused: (isPaused: boolean) => {
      asked.push(isPaused);
      if (asked.length > 3) return Promise.reject(new PlateauError('invalidState', 'Not now.', 'Wait.'));
      take.isPaused = isPaused;
      return Promise.resolve({ takeMs: 0 });
    },
    replay: {
      state: { seconds: 60 },
      save: (folder: string) => {
        saved.push(folder);
        return Promise.resolve({ takeName: 'a-replay', durationMs: 60_000 });
      },
    },
  } as unknown as Parameters<PauseControl['control']>[0];
  const setRawMode = vi.fn();
  const stdin = Object.assign(new EventEmitter(), {
    isTTY,
    setRawMode,
    resume: () => undefined,
    pause: () => undefined,
  }) as unknown as NodeJS.ReadStream;
  const console = {
    isLive: isTTY,
    say: (line: string) => said.push(line),
    paint: { warning: (text: string) => text },
  } as unknown as Console;
  return { control: new PauseControl(console, stdin), recorder, said, asked, saved, setRawMode };
}

it.skipIf(process.platform === 'win32')(
  'pauses and resumes at SIGUSR2, says what cannot be done, and outlives the signal after the take',
  async () => {
    const { control, recorder, said, asked, setRawMode } = stage(false);
    // Caught, not emitted: a library that the tests share may listen as well, and end the process.
    const on = vi.spyOn(process, 'on').mockReturnValue(process);
    control.listen();
    const [name, signalled] = on.mock.calls[0] ?? [];
    expect(name).toBe('SIGUSR2');
    const signal = (): unknown => signalled?.();
    // Before the take, and after it, the signal ends nothing.
    signal();
    const end = control.control(recorder, '/takes');
    for (let time = 0; time < 4; time += 1) {
      signal();
      await Promise.resolve();
    }
    await vi.waitFor(() => expect(said).toEqual(['warning: Not now.']));
    expect(asked).toEqual([true, false, true, false]);
    end();
    signal();
    expect(asked).toHaveLength(4);
    expect(setRawMode).not.toHaveBeenCalled();
  },
);

it('saves a replay into the take’s output folder with R, while a take is controlled', () => {
  const { control, recorder, saved } = stage(false);
  control.press('r');
  const end = control.control(recorder, '/takes');
  control.press('R');
  end();
  control.press('r');
  expect(saved).toEqual(['/takes']);
});
