import { expect, it } from 'vitest';
import { PlateauError } from '#engine/contract/errors.js';
import type { CopyReport } from '#engine/copy/process/copy-reports.js';
import { RemoteReplay } from '#engine/copy/process/remote-replay.js';

/** A replay whose process answers when the test says so. */
function remote() {
  const answers: { give: (report: object) => void; fail: (error: Error) => void }[] = [];
  const replay = new RemoteReplay({
    send: () => Promise.resolve(),
    waitFor: <Found extends CopyReport>(): Promise<Found> =>
      new Promise((resolve, reject) => {
        answers.push({ give: (report) => resolve(report as Found), fail: reject });
      }),
  });
  let isSettled = false;
  return {
    ...{ answers, replay },
    /** Whether the end of a take would go on now. */
    settles: async (): Promise<boolean> => {
      isSettled = false;
      void replay.settled().then(() => {
        isSettled = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      return isSettled;
    },
  };
}

const cut = { fromMs: 0, endMs: 1_000, bytes: 9 };

it('has the end of a take wait from the cut on, until all of it is written', async () => {
  const { answers, replay, settles } = remote();
  expect(await settles()).toBe(true);
  const cutting = replay.cut(30_000);
  expect(await settles()).toBe(false);
  answers[0]?.give({ type: 'replayCut', failure: null, cut });
  await cutting;
  // Its folder is made meanwhile.
  expect(await settles()).toBe(false);
  const writing = replay.write('/takes/replay');
  expect(await settles()).toBe(false);
  answers[1]?.give({ type: 'replayWritten', failure: null, files: [] });
  await writing;
  expect(await settles()).toBe(true);
});

it('does not have it wait for what holds nothing, is dropped, or fails', async () => {
  const { answers, replay, settles } = remote();
  const empty = replay.cut(30_000);
  answers[0]?.give({ type: 'replayCut', failure: null, cut: null });
  await empty;
  expect(await settles()).toBe(true);
  const held = replay.cut(30_000);
  answers[1]?.give({ type: 'replayCut', failure: null, cut });
  await held;
  replay.drop();
  expect(await settles()).toBe(true);
  const failed = replay.cut(30_000);
  answers[2]?.fail(new PlateauError('receiverEnded', 'It has ended.', 'Look.'));
  await expect(failed).rejects.toThrow('It has ended.');
  expect(await settles()).toBe(true);
});
