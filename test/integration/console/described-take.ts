import { expect } from 'vitest';
import type { CommandInput, CommandName, CommandOutput } from '#engine/contract/console.js';
import { expectExplainedBudget } from './explained-budget.js';

/** How a test gives a command: `ok` has its answer, `refused` the code of its failure. */
export interface Commands {
  readonly ok: <Name extends CommandName>(
    name: Name,
    input: CommandInput<Name>,
  ) => Promise<CommandOutput<Name>>;
  readonly refused: <Name extends CommandName>(name: Name, input: CommandInput<Name>) => Promise<string>;
}

/** Reads a take's memory, gives it title and note, deletes it, takes that back, and deletes it for good. */
export async function describeAndDelete({ ok, refused }: Commands, takeName: string): Promise<void> {
  expectExplainedBudget(await ok('readTakeMemory', { takeName }));
  expect(await refused('readTakeMemory', { takeName: 'no-such-take' })).toBe('usage');
  const revision = async (): Promise<number> => (await ok('getState', {})).takesRevision ?? 0;
  const before = await revision();
  const said = { title: 'Opening', note: 'Ada was late.' };
  expect(await ok('describeTake', { takeName, title: ' Opening ', note: said.note })).toEqual(said);
  expect((await ok('listTakes', {}))[0]).toMatchObject({ takeName, ...said });
  // Every window is told that its list is out of date, and not by what only reads.
  expect(await revision()).toBe(before + 1);
  const marker = { takeMs: 500, label: 'Ada enters' };
  const known = await ok('changeMarker', { takeName, before: null, after: marker });
  expect(known).toContainEqual(marker);
  const noted = { ...marker, note: 'By the door.' };
  const changed = await ok('changeMarker', { takeName, before: marker, after: noted });
  expect((await ok('listTakes', {}))[0]?.markers).toEqual(changed);
  expect(await refused('changeMarker', { takeName, before: marker, after: null })).toBe('invalidState');
  expect(await ok('changeMarker', { takeName, before: noted, after: null })).not.toContainEqual(noted);
  const { trashId } = await ok('deleteTake', { takeName, isForGood: false });
  expect((await ok('listTakes', {})).map((one) => one.takeName)).not.toContain(takeName);
  expect(await ok('listTrash', {})).toMatchObject([{ id: trashId, takeName }]);
  expect(await ok('restoreTake', { trashId: trashId ?? '' })).toEqual({ takeName });
  expect(await refused('restoreTake', { trashId: trashId ?? '' })).toBe('usage');
  expect(await revision()).toBeGreaterThan(before + 5);
  expect((await ok('verifyTake', { takeName })).isOk).toBe(true);
  await ok('deleteTake', { takeName, isForGood: false });
  expect(await ok('emptyTrash', { trashId: null })).toMatchObject({ takes: 1 });
  expect(await ok('listTrash', {})).toEqual([]);
}
