import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Cleanup } from '../../bench/cleanup.js';
import type { Measurement } from '../../bench/measurement.js';
import { type MeasurementJob, runMeasurements } from '../../bench/run-measurements.js';

function measurementOf(id: string): Measurement {
  return { id, title: id, method: '', figures: [], notes: [], details: {} };
}

const good = (id: string): MeasurementJob => ({
  id,
  deadlineMs: 60_000,
  measure: () => Promise.resolve(measurementOf(id)),
});

/** Runs the jobs and keeps what was said, in order. */
async function run(
  jobs: readonly MeasurementJob[],
  cleanup = new Cleanup(),
): Promise<{ said: string[]; failures: readonly string[] }> {
  const said: string[] = [];
  const failures = await runMeasurements(jobs, cleanup, {
    onBegin: (id) => said.push(`begin ${id}`),
    onMeasured: ({ id }) => {
      said.push(`saved ${id}`);
    },
    onFailed: (failure) => said.push(`failed ${failure}`),
  });
  return { said, failures };
}

/** A process that ends by a signal only. */
function childOf(cleanup: Cleanup): { ended: Promise<unknown> } {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  cleanup.add(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { ended };
}

const never = new Promise<never>(() => undefined);

afterEach(() => {
  vi.useRealTimers();
});

describe('a run of measurements', () => {
  it('saves each when it is done, before the next begins', async () => {
    expect(await run([good('a'), good('b')])).toEqual({
      said: ['begin a', 'saved a', 'begin b', 'saved b'],
      failures: [],
    });
  });

  it('reports one that hangs at its deadline, ends its processes, and measures the others', async () => {
    const children: { ended: Promise<unknown> }[] = [];
    const hanging: MeasurementJob = {
      id: 'b',
      deadlineMs: 50,
      measure: (cleanup) => {
        children.push(childOf(cleanup));
        return never;
      },
    };
    const { said, failures } = await run([good('a'), hanging, good('c')]);
    const failure = 'b: no result within 0 s; its processes were ended';
    expect(failures).toEqual([failure]);
    expect(said).toEqual(['begin a', 'saved a', 'begin b', `failed ${failure}`, 'begin c', 'saved c']);
    expect(await children[0]?.ended).toEqual([null, 'SIGKILL']);
  });

  it('goes on after one that fails, and ends what it had started', async () => {
    const undone = vi.fn();
    const failing: MeasurementJob = {
      id: 'a',
      deadlineMs: 60_000,
      measure: (cleanup) => {
        cleanup.add(undone);
        return Promise.reject(new Error('the recorder has ended'));
      },
    };
    const { said } = await run([failing, good('b')]);
    expect(said).toEqual(['begin a', 'failed a: the recorder has ended', 'begin b', 'saved b']);
    expect(undone).toHaveBeenCalledTimes(1);
  });

  it('counts one whose figures cannot be saved as not measured', async () => {
    const failures = await runMeasurements([good('a'), good('b')], new Cleanup(), {
      onBegin: () => undefined,
      onMeasured: ({ id }) => {
        if (id === 'a') throw new Error('no space left');
      },
      onFailed: () => undefined,
    });
    expect(failures).toEqual(['a: no space left']);
  });

  it('ends the processes of the measurement at hand when everything is ended', async () => {
    const cleanup = new Cleanup();
    let child: { ended: Promise<unknown> } | undefined;
    const interrupted = run(
      [
        {
          id: 'a',
          deadlineMs: 60_000,
          measure: async (part) => {
            child = childOf(part);
            await child.ended;
            throw new Error('ended');
          },
        },
      ],
      cleanup,
    );
    await vi.waitFor(() => {
      expect(child).toBeDefined();
    });
    await cleanup.run();
    expect(await child?.ended).toEqual([null, 'SIGKILL']);
    expect((await interrupted).failures).toEqual(['a: ended']);
  });
});

describe('the clean-up', () => {
  it('undoes the newest first, once, also after a step that failed', async () => {
    const undone: string[] = [];
    const cleanup = new Cleanup();
    cleanup.add(() => {
      undone.push('first');
    });
    const second = cleanup.add(() => {
      undone.push('second');
    });
    cleanup.add(() => Promise.reject(new Error('cannot')));
    cleanup.add(() => {
      undone.push('third');
    });
    await second();
    await Promise.all([cleanup.run(), cleanup.run()]);
    expect(undone).toEqual(['second', 'third', 'first']);
  });

  it('gives a step that hangs up, for the sake of the others', async () => {
    const cleanup = new Cleanup(20);
    const undone = vi.fn();
    cleanup.add(undone);
    cleanup.add(() => never);
    await cleanup.run();
    expect(undone).toHaveBeenCalledTimes(1);
  });

  it('undoes at once what is added after the end', async () => {
    const cleanup = new Cleanup();
    await cleanup.run();
    const undone = vi.fn();
    await cleanup.add(undone)();
    expect(undone).toHaveBeenCalledTimes(1);
  });
});
