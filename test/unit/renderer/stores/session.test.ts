import { expect, it } from 'vitest';
import type { ConsoleApi } from '../../../../src-main/contract/console.js';
import { Session, toastMs } from '../../../../src-renderer/stores/session.js';

const api = { call: () => Promise.reject(new Error('nothing is asked')) } as unknown as ConsoleApi;

it('takes a failure away first, then the notifications, the newest before those that are older', async () => {
  const session = new Session(api);
  const texts = (): string[] => session.store.getState().toasts.map(({ text }) => text);
  const error = { code: 'internal', message: 'It failed.', hint: '' } as const;
  session.store.setState({ link: 'open', problem: { command: 'startTake', error } });
  session.notify('error', 'older');
  session.notify('error', 'newer');
  await session.dismissMessage();
  expect(session.store.getState().problem).toBeNull();
  expect(texts()).toEqual(['older', 'newer']);
  await session.dismissMessage();
  expect(texts()).toEqual(['older']);
  await session.dismissMessage();
  await session.dismissMessage();
  expect(texts()).toEqual([]);
});

it('lets no notification stay for good', () => {
  for (const ms of Object.values(toastMs)) expect(ms).toBeLessThanOrEqual(60_000);
});
