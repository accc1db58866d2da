import { expect, test } from 'vitest';
import { type QuitAnswer, QuitFlow, type QuitFlowOptions } from '../../../../electron/host/quit-flow.js';

/** A shell whose every act is written down. */
function shell(answer: QuitAnswer, changes: Partial<QuitFlowOptions> = {}) {
  const acts: string[] = [];
  const act = (name: string): void => void acts.push(name);
  let isTakeRunning = true;
  const options: QuitFlowOptions = {
    isTakeRunning: () => isTakeRunning,
    isWorking: () => false,
    askAboutWork: () => {
      act('askAboutWork');
      return Promise.resolve(true);
    },
    isFinalizing: () => false,
    ask: () => {
      act('ask');
      return Promise.resolve(answer);
    },
    stepAside: () => act('stepAside'),
    finishTake: () => {
      act('finishTake');
      isTakeRunning = false;
      return Promise.resolve(true);
    },
    showProblem: () => act('showProblem'),
    closeEngine: () => {
      act('closeEngine');
      return Promise.resolve();
    },
    exit: () => act('exit'),
    restart: () => act('restart'),
    ...changes,
  };
  return { acts, flow: new QuitFlow(options) };
}

test('without a take it ends at once, after the engine', async () => {
  const { acts, flow } = shell('cancel', { isTakeRunning: () => false });
  await flow.request();
  expect(acts).toEqual(['closeEngine', 'exit']);
  expect(flow.hasEnded).toBe(true);
});

test('says that a take is still being checked, and goes on checking when it is asked to', async () => {
  let isSure = false;
  const { acts, flow } = shell('cancel', {
    isTakeRunning: () => false,
    isWorking: () => true,
    askAboutWork: () => Promise.resolve(isSure),
  });
  await flow.request();
  expect([acts, flow.hasEnded]).toEqual([[], false]);
  isSure = true;
  await flow.request();
  expect(acts).toEqual(['closeEngine', 'exit']);
});

test('asks about a take that began while the question about a check stood there', async () => {
  let isTakeRunning = false;
  const { acts, flow } = shell('cancel', {
    isTakeRunning: () => isTakeRunning,
    isWorking: () => true,
    askAboutWork: () => {
      isTakeRunning = true;
      return Promise.resolve(true);
    },
  });
  await flow.request();
  expect([acts, flow.hasEnded]).toEqual([['ask'], false]);
});

test('cancel changes nothing, and it asks again the next time', async () => {
  const { acts, flow } = shell('cancel');
  await flow.request();
  await flow.request();
  expect(acts).toEqual(['ask', 'ask']);
  expect(flow.hasEnded).toBe(false);
});

test('keep recording only takes the window away', async () => {
  const { acts, flow } = shell('keepRecording');
  await flow.request();
  expect(acts).toEqual(['ask', 'stepAside']);
});

test('stop and save finalizes before anything ends', async () => {
  const { acts, flow } = shell('stopAndSave');
  await flow.request();
  expect(acts).toEqual(['ask', 'finishTake', 'closeEngine', 'exit']);
});

test('a take that is not as it should be keeps the window open', async () => {
  const { acts, flow } = shell('stopAndSave', { finishTake: () => Promise.resolve(false) });
  await flow.request();
  expect(acts).toEqual(['ask', 'showProblem']);
  expect(flow.hasEnded).toBe(false);
});

test('a take that is being saved is waited for without a question', async () => {
  const { acts, flow } = shell('cancel', { isFinalizing: () => true });
  await flow.request();
  expect(acts).toEqual(['finishTake', 'closeEngine', 'exit']);
});

test('asking twice while the question stands asks once', async () => {
  const { acts, flow } = shell('cancel');
  await Promise.all([flow.request(), flow.request()]);
  expect(acts).toEqual(['ask']);
});

test('a signal finalizes without a question, and only once', async () => {
  const { acts, flow } = shell('cancel');
  await Promise.all([flow.end(), flow.end(), flow.request()]);
  expect(acts).toEqual(['closeEngine', 'exit']);
});

test('an engine that fails to close does not keep the program alive', async () => {
  const { acts, flow } = shell('cancel', { closeEngine: () => Promise.reject(new Error('no')) });
  await flow.end();
  expect(acts).toEqual(['exit']);
});

test('a restart closes the engine and starts anew, without a question', async () => {
  const { acts, flow } = shell('cancel', { isTakeRunning: () => false });
  await flow.restart();
  await flow.request();
  expect(acts).toEqual(['closeEngine', 'restart']);
  expect(flow.hasEnded).toBe(true);
});

test('no restart interrupts a take', async () => {
  const { acts, flow } = shell('cancel');
  await flow.restart();
  expect(acts).toEqual([]);
  expect(flow.hasEnded).toBe(false);
});
