import { expect, it } from 'vitest';
import type { CommandName, CommandOutput, ConsoleApi } from '../../../../src-main/contract/console.js';
import type { Marker } from '../../../../src-main/contract/manifest.js';
import { Session } from '../../../../src-renderer/stores/session.js';
import { Takes } from '../../../../src-renderer/stores/takes.js';
import { takes as someTakes } from '../../../renderer/fake-states.js';

const refused = {
  ok: false,
  error: {
    code: 'takeInUse',
    message: 'The take is being recorded elsewhere.',
    hint: 'Stop it there first.',
  },
};

/** The list in front of a recorder whose trash works, and which remembers what it was asked. */
class TakesBench {
  readonly calls: (readonly [CommandName, unknown])[] = [];
  readonly session: Session;
  readonly takes: Takes;
  /** What a change of a marker is answered with; null refuses it. */
  markers: readonly Marker[] | null = [];
  /** How many wait for their MP4 files before it. */
  delivered = { ahead: 0 };
  recovered: CommandOutput<'recoverTake'> = { isWhole: true, lostMs: 0 };
  #listed = someTakes();
  #trashed: ReturnType<typeof someTakes> = [];

  constructor() {
    const api = {
      call: (name: CommandName, input: { takeName?: string }) => {
        this.calls.push([name, input]);
        if (name === 'changeMarker' && this.markers === null) return Promise.resolve(refused);
        return Promise.resolve({ ok: true, value: this.#answer(name, input.takeName) });
      },
    } as unknown as ConsoleApi;
    this.session = new Session(api);
    this.takes = new Takes(this.session);
  }

  get toast(): unknown {
    return this.session.store.getState().toasts.at(-1);
  }

  get names(): string[] {
    return this.takes.shown.map(({ takeName }) => takeName);
  }

  #answer(name: CommandName, takeName: string | undefined): unknown {
    if (name === 'changeMarker') return this.markers;
    if (name === 'deliverTake') return this.delivered;
    if (name === 'recoverTake') return this.recovered;
    if (name === 'listTakes') return this.#listed;
    if (name === 'listTrash') return this.#trashed.map((take) => ({ id: '7', takeName: take.takeName }));
    if (name === 'deleteTake') {
      this.#trashed = this.#listed.filter((take) => take.takeName === takeName);
      this.#listed = this.#listed.filter((take) => take.takeName !== takeName);
      return { trashId: '7' };
    }
    if (name !== 'restoreTake') return null;
    this.#listed = [...this.#listed, ...this.#trashed];
    const [restored] = this.#trashed;
    this.#trashed = [];
    return { takeName: restored?.takeName };
  }
}

it('offers to take a deletion back, and selects what came back', async () => {
  const { takes, bench } = await opened();
  const [first, second] = takes.shown.map(({ takeName }) => takeName);
  takes.select(second ?? null);
  takes.askToDelete(second ?? null);
  await takes.remove(second ?? '', false);
  expect(bench.toast).toMatchObject({ action: { kind: 'restoreTake', trashId: '7' } });
  expect(takes.store.getState()).toMatchObject({ deleting: null, selected: first, trash: [{ id: '7' }] });
  await takes.restore('7');
  expect(bench.calls).toContainEqual(['restoreTake', { trashId: '7' }]);
  expect(takes.store.getState()).toMatchObject({ selected: second, trash: [] });
  expect(bench.names).toContain(second);
});

it('has beside the list one of its lines, whatever is looked for', async () => {
  const { takes, bench } = await opened();
  takes.search('opening');
  expect(bench.names).toHaveLength(1);
  expect(takes.selectedEntry?.title).toBe('Opening of the conference');
  takes.step(1);
  expect(takes.store.getState().selected).toBe(bench.names[0]);
  takes.search('nobody is called that');
  expect(takes.store.getState().selected).toBeNull();
  takes.step(1);
  takes.search('');
  takes.sort('oldest');
  takes.select(bench.names[0] ?? null);
  takes.step(1);
  expect(takes.store.getState().selected).toBe(bench.names[1]);
});

async function opened(): Promise<{ bench: TakesBench; takes: Takes }> {
  const bench = new TakesBench();
  await bench.takes.refresh();
  return { bench, takes: bench.takes };
}

it('says why the takes cannot be listed until they can', async () => {
  const error = {
    code: 'outputUnwritable',
    message: 'The disk does not answer.',
    hint: 'Check it.',
  } as const;
  const results: unknown[] = [{ ok: false, error }, ...Array<unknown>(2).fill({ ok: true, value: [] })];
  const takes = new Takes(new Session({ call: () => Promise.resolve(results.shift()) } as never));
  await takes.refresh();
  expect(takes.store.getState()).toMatchObject({ entries: null, isLoading: false, listProblem: error });
  await takes.refresh();
  expect(takes.store.getState()).toMatchObject({ entries: [], isLoading: false, listProblem: null });
});

it('keeps the memory of the take that is shown, and no late answer of another', async () => {
  const answers = new Map<string, (result: unknown) => void>();
  const api = {
    call: (_name: CommandName, { takeName }: { takeName: string }) =>
      new Promise((resolve) => answers.set(takeName, resolve)),
  } as unknown as ConsoleApi;
  const takes = new Takes(new Session(api));
  const curve = { rows: [], steps: [], marks: [] };
  takes.select('one');
  const first = takes.readMemory('one');
  expect(takes.store.getState().memory).toEqual({ takeName: 'one', curve: null, problem: null });
  takes.select('other');
  const second = takes.readMemory('other');
  answers.get('one')?.({ ok: true, value: curve });
  await first;
  expect(takes.store.getState().memory).toEqual({ takeName: 'other', curve: null, problem: null });
  answers.get('other')?.({ ok: true, value: curve });
  await second;
  expect(takes.store.getState().memory).toEqual({ takeName: 'other', curve, problem: null });
  // While it is read anew, what is known stays on screen.
  const again = takes.readMemory('other');
  expect(takes.store.getState().memory).toEqual({ takeName: 'other', curve, problem: null });
  const error = { code: 'outputUnwritable', message: 'The disk does not answer.', hint: '' };
  answers.get('other')?.({ ok: false, error });
  await again;
  expect(takes.store.getState().memory).toEqual({ takeName: 'other', curve: null, problem: error });
});

it('changes a marker, and offers to take its deletion back', async () => {
  const { takes, bench } = await opened();
  const takeName = takes.selectedEntry?.takeName ?? '';
  const [first, ...others] = takes.selectedEntry?.markers ?? [];
  if (first === undefined) throw new Error('the take has no markers');
  takes.askToMark(first);
  expect(takes.store.getState().marking).toEqual({ takeName, marker: first });
  bench.markers = others;
  await takes.deleteMarker(takeName, first);
  expect(takes.store.getState().marking).toBeNull();
  expect(takes.selectedEntry?.markers).toEqual(others);
  expect(bench.calls.at(-1)).toEqual(['changeMarker', { takeName, before: first, after: null }]);
  expect(bench.toast).toMatchObject({ action: { kind: 'restoreMarker', takeName, marker: first } });
});

it('names a marker that is added in the player by the first number that is free', async () => {
  const { takes, bench } = await opened();
  bench.markers = [...(takes.selectedEntry?.markers ?? []), { takeMs: 5_000, label: 'Marker 5' }];
  await takes.addMarker(1_000.4);
  expect(bench.calls.at(-1)).toMatchObject([
    ...['changeMarker', { before: null, after: { takeMs: 1_000, label: 'Marker 4' } }],
  ]);
  await takes.addMarker(2_000);
  expect(bench.calls.at(-1)).toMatchObject(['changeMarker', { after: { label: 'Marker 6' } }]);
});

it('reads the list again when a marker was refused, and offers nothing to take back', async () => {
  const { takes, bench } = await opened();
  const [marker] = takes.selectedEntry?.markers ?? [];
  if (marker === undefined) throw new Error('the take has no markers');
  bench.markers = null;
  await takes.deleteMarker(takes.selectedEntry?.takeName ?? '', marker);
  expect(bench.calls.slice(-2).map(([name]) => name)).toEqual(['listTakes', 'listTrash']);
  expect(bench.toast).toBeUndefined();
  expect(bench.session.store.getState().problem?.error.code).toBe('takeInUse');
});

it('closes the player of a take with the take, and beside it plays no file alone', async () => {
  const { takes } = await opened();
  takes.showPlayer(true);
  takes.play('ada.mp4');
  expect(takes.store.getState()).toMatchObject({ file: 'ada.mp4', isPlayerOpen: false });
  takes.showPlayer(true);
  expect(takes.store.getState()).toMatchObject({ file: null, isPlayerOpen: true });
  takes.step(1);
  expect(takes.store.getState().isPlayerOpen).toBe(false);
});

it('has MP4 files made as somebody chose, and remembers that', async () => {
  const { takes, bench } = await opened();
  takes.askToDeliver('a-take');
  expect(takes.store.getState().delivering).toBe('a-take');
  const settings = { fps: 25, size: '720p' } as const;
  await takes.deliver('a-take', settings);
  expect(takes.store.getState().delivering).toBeNull();
  expect(bench.calls.slice(-2)).toEqual([
    ['updateSettings', { mp4Fps: 25, mp4Size: '720p' }],
    ['deliverTake', { takeName: 'a-take', settings }],
  ]);
  expect(bench.toast).toBeUndefined();
  bench.delivered = { ahead: 2 };
  await takes.deliver('a-take', settings);
  expect(bench.toast).toMatchObject({ text: 'MP4 files of a-take are made after 2 other takes.' });
});

it('says of a recovered take what its end lacks, and never that nothing is lost where most of it is', async () => {
  const bench = new TakesBench();
  const said = async (recovered: CommandOutput<'recoverTake'>): Promise<unknown> => {
    bench.recovered = recovered;
    await bench.takes.recover('standup-1');
    return bench.toast;
  };
  const complete = { grade: 'complete', worstShare: 0, gaps: 0 } as const;
  expect(await said({ isWhole: true, lostMs: 0, content: complete })).toMatchObject({
    level: 'success',
    text: 'standup-1 was recovered. Nothing of its end is missing; complete.',
  });
  const lacking = { grade: 'losses', worstShare: 0.96, gaps: 3 } as const;
  expect(await said({ isWhole: true, lostMs: 44_900, content: lacking })).toMatchObject({
    level: 'error',
    text: 'standup-1 was recovered. At most 44.9 s of its end are missing; 96 % lost, 3 gaps.',
  });
  // An engine that is older says nothing of it.
  expect(await said({ isWhole: true, lostMs: 900 })).toMatchObject({
    text: 'standup-1 was recovered. At most 0.9 s of its end are missing.',
  });
});
