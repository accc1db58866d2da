import { expect, it } from 'vitest';
import { Session } from '../../../../src-renderer/stores/session.js';
import { Takes } from '../../../../src-renderer/stores/takes.js';

it('says why the takes cannot be listed until they can', async () => {
  const error = {
    code: 'outputUnwritable',
    message: 'The disk does not answer.',
    hint: 'Check it.',
  } as const;
  const results: unknown[] = [
    { ok: false, error },
    { ok: true, value: [] },
  ];
  const takes = new Takes(new Session({ call: () => Promise.resolve(results.shift()) } as never));
  await takes.refresh();
  expect(takes.store.getState()).toMatchObject({ entries: null, isLoading: false, listProblem: error });
  await takes.refresh();
  expect(takes.store.getState()).toMatchObject({ entries: [], isLoading: false, listProblem: null });
});
