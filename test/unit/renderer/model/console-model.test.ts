import { expect, it } from 'vitest';
import type { CommandName, ConsoleEvent, ConsoleState } from '../../../../src-main/contract/console.js';
import { SessionHistory } from '../../../../src-main/history/session-history.js';
import { ConsoleModel } from '../../../../src-renderer/model/console-model.js';
import { currentSilence } from '../../../../src-renderer/model/use-silence.js';
import { shortcutOf } from '../../../../src-renderer/shortcuts/shortcuts.js';
import { disabledReasonForShow } from '../../../../src-renderer/stores/session.js';
import type { TextMemory } from '../../../../src-renderer/stores/view-choices.js';
import type { ConsoleLink } from '../../../../src-renderer/transport/console-link.js';
import { endedTake, outcome } from '../../../renderer/fake-ends.js';
import { idleState, takes } from '../../../renderer/fake-states.js';
import { sinkWith, snapshot } from '../stores/snapshots.js';

/** A model before a recorder that says what it is told to, and remembers what it was asked. */
class ModelBench {
  readonly calls: { readonly name: CommandName; readonly input: unknown }[] = [];
  readonly model: ConsoleModel;
  readonly history = new SessionHistory();
  #state: ConsoleState;
  readonly #answers = new Map<CommandName, unknown>();
  #send: (event: ConsoleEvent) => void = () => undefined;

  constructor(
    memory: TextMemory | null = null,
    now: () => number = () => 0,
    state: Partial<ConsoleState> = {},
  ) {
    this.#state = { ...idleState(), ...state };
    const link = {
      status: 'open',
      api: {
        call: (name: CommandName, input: unknown) => {
          this.calls.push({ name, input });
          if (name === 'readHistory') return Promise.resolve({ ok: true, value: this.history.read() });
          const empty = name === 'listTakes' ? [] : null;
          const value = name === 'getState' ? this.#state : (this.#answers.get(name) ?? empty);
          return Promise.resolve({ ok: true, value });
        },
        subscribe: (listener: (event: ConsoleEvent) => void) => {
          this.#send = listener;
          return () => undefined;
        },
      },
      onStatus: () => () => undefined,
      retryNow: () => Promise.resolve(true),
    } as unknown as ConsoleLink;
    this.model = new ConsoleModel(link, {
      now,
      memory,
      saveText: () => undefined,
      saveFile: () => undefined,
      drawChart: () => Promise.reject(new Error('there is no chart')),
      copyText: () => Promise.resolve(),
      openSoloOutput: () => ({
        queuedMs: 0,
        ...{
          play: () => undefined,
          setVolume: () => undefined,
          resume: () => undefined,
          close: () => undefined,
        },
      }),
    });
    this.model.start();
  }

  /** In front of a recorder that has answered for the first time. */
  static async open(
    memory: TextMemory | null = null,
    now?: () => number,
    state?: Partial<ConsoleState>,
  ): Promise<ModelBench> {
    const bench = new ModelBench(memory, now, state);
    await expect.poll(() => bench.model.session.store.getState().console).not.toBeNull();
    return bench;
  }

  answer(name: CommandName, value: unknown): void {
    this.#answers.set(name, value);
  }

  become(change: Partial<ConsoleState>): void {
    this.#state = { ...this.#state, ...change };
    this.#send({ type: 'state', state: this.#state });
  }

  snapshot(...args: Parameters<typeof snapshot>): void {
    this.#send({ type: 'snapshot', snapshot: snapshot(...args) });
  }

  get toasts(): string[] {
    return this.model.session.store.getState().toasts.map(({ text }) => text);
  }

  get updates(): unknown[] {
    return this.calls.filter(({ name }) => name === 'updateSettings').map(({ input }) => input);
  }
}

it('says nothing of the take before when the next one begins, nor of another room', async () => {
  const bench = await ModelBench.open();
  const { session } = bench.model;
  bench.become({ recorder: 'ready', connection: 'connected' });
  session.notify('error', 'standup-1 is finalized and intact, but not complete: 37 % lost.', {
    kind: 'showTakes',
    takeName: 'standup-1',
  });
  bench.become({ connection: 'reconnecting' });
  bench.become({ connection: 'connected' });
  expect(bench.toasts).toHaveLength(1);
  bench.become({ recorder: 'recording' });
  expect(bench.toasts).toEqual([]);
  session.notify('info', 'Marker 1 added at 00:00:03');
  bench.become({ recorder: 'finalizing' });
  bench.become({ recorder: 'ready' });
  expect(bench.toasts).toHaveLength(1);
  bench.become({ recorder: 'idle', connection: 'disconnected' });
  bench.become({ recorder: 'connecting', connection: 'connecting' });
  expect(bench.toasts).toEqual([]);
});

it('tells once of a take that ended, and what it has come to, in the place of what was said first', async () => {
  const bench = await ModelBench.open();
  const { session } = bench.model;
  bench.become({ recorder: 'recording', connection: 'connected' });
  bench.become({ recorder: 'finalizing', endedTakes: [endedTake({ outcome: null })] });
  expect(bench.toasts).toEqual(['The room was ended by the server. standup-1 is being saved.']);
  bench.become({ recorder: 'ready', connection: 'waiting', endedTakes: [endedTake()] });
  const sentence =
    'The room was ended by the server. The take is kept: standup-1 is finalized, intact and complete; nothing lost.';
  expect(bench.toasts).toEqual([sentence]);
  expect(session.store.getState().toasts[0]).toMatchObject({
    level: 'success',
    action: { kind: 'showTakes', takeName: 'standup-1' },
  });
  bench.become({ connection: 'connected', endedTakes: [endedTake()] });
  expect(bench.toasts).toEqual([sentence]);
});

it('does not tell a window that is opened later of what has ended by then', async () => {
  const bench = await ModelBench.open(null, undefined, { endedTakes: [endedTake()] });
  expect(bench.toasts).toEqual([]);
  bench.become({ endedTakes: [endedTake(), endedTake({ takeName: 'standup-2' })] });
  expect(bench.toasts).toHaveLength(1);
  expect(bench.toasts[0]).toContain('standup-2');
});

it('tells once what has become of MP4 files, whoever asked for them', async () => {
  const bench = await ModelBench.open();
  const one = (takeName: string, files: number, problems: string[] = [], isCanceled = false): object => ({
    ...{ takeName, files, problems, isCanceled, endedAt: '2026-11-24T09:04:00.000Z' },
  });
  const ends = [
    one('made', 2),
    one('not-made', 1, ['ben.mp4: it is not what it should be.']),
    one('canceled', 0, [], true),
    one('mp4', 0),
  ] as NonNullable<ConsoleState['endedDeliveries']>;
  const said: (string | undefined)[] = [];
  for (const [index] of ends.entries()) {
    bench.become({ endedDeliveries: ends.slice(0, index + 1) });
    said.push(bench.toasts.at(-1));
  }
  expect(said).toEqual([
    '2 MP4 files made of made.',
    'not-made: ben.mp4: it is not what it should be.',
    'Canceled. The next time canceled goes on where it was.',
    'Every file of mp4 is MP4 already.',
  ]);
  // What went on by itself is told above the view.
  const code = 'deliverablesIncomplete';
  bench.become({
    endedDeliveries: [...ends.slice(1), ...([one('resumed', 0, ['Gone.'])] as typeof ends)],
    problem: { code, message: 'Not every MP4 file of resumed could be made.', hint: '' },
  });
  expect(bench.toasts.at(-1)).toBe('Every file of mp4 is MP4 already.');
});

it('speaks once of a take that was stopped here, and of one that another window stopped', async () => {
  const bench = await ModelBench.open();
  const take = { name: 'standup-1', startedAt: '2026-11-24T09:00:00.000Z', markers: [] };
  bench.become({ recorder: 'recording', connection: 'connected', take });
  bench.answer('stopTake', { takeName: 'standup-1', isVerified: true, files: 3 });
  await bench.model.stopTake();
  const stopped = endedTake({ reason: 'stopped' });
  bench.become({ recorder: 'finalizing', endedTakes: [{ ...stopped, outcome: null }] });
  expect(bench.toasts).toEqual([]);
  bench.become({ recorder: 'ready', take: null, endedTakes: [stopped] });
  expect(bench.toasts).toEqual(['standup-1 is finalized, intact and complete; nothing lost.']);
  const failed = outcome({ account: null, problem: { code: 'diskFull', message: 'Full.', hint: '' } });
  // Its command has failed here, which stands above the view.
  bench.become({ endedTakes: [{ ...stopped, endedAt: '2026-11-24T09:04:00.000Z', outcome: failed }] });
  expect(bench.toasts).toHaveLength(1);
  bench.become({ endedTakes: [{ ...stopped, takeName: 'standup-2', outcome: failed }] });
  expect(bench.toasts).toContain('standup-2 could not be finalized. Full.');
});

it('begins its charts and its alarm anew with another room, and not with another take', async () => {
  const bench = await ModelBench.open();
  const { telemetry } = bench.model;
  bench.become({ recorder: 'recording', connection: 'connected' });
  bench.snapshot(0);
  bench.snapshot(300, { sinks: [sinkWith({ queueFull: 50 })] });
  expect(telemetry.alarm.getState().alarm?.isLosing).toBe(true);
  bench.become({ recorder: 'finalizing' });
  bench.become({ recorder: 'ready' });
  telemetry.showChart('5min');
  expect(telemetry.shown.getState().chart.rows.length).toBeGreaterThan(0);
  expect(telemetry.alarm.getState().alarm).not.toBeNull();
  bench.become({ recorder: 'idle', connection: 'disconnected' });
  expect(telemetry.alarm.getState().alarm).not.toBeNull();
  bench.become({ recorder: 'connecting' });
  expect(telemetry.alarm.getState().alarm).toBeNull();
  expect(telemetry.shown.getState().chart.rows).toEqual([]);
});

it('pauses a take that runs, and lets one go on that is paused', async () => {
  const bench = await ModelBench.open();
  const { model } = bench;
  const asked = (): CommandName[] =>
    bench.calls.map(({ name }) => name).filter((name) => name === 'pauseTake' || name === 'resumeTake');
  await model.togglePause();
  expect(asked()).toEqual([]);
  const take = { name: 'demo-1', startedAt: '2026-11-24T09:00:00.000Z', markers: [] };
  bench.become({ recorder: 'recording', connection: 'connected', take });
  await model.togglePause();
  bench.become({ take: { ...take, isPaused: true } });
  await model.togglePause();
  expect(asked()).toEqual(['pauseTake', 'resumeTake']);
});

it('changes at once what a take allows, and the rest when it is over', async () => {
  const bench = await ModelBench.open();
  const { model } = bench;
  bench.become({ recorder: 'recording', connection: 'connected' });
  expect(await model.changeForNextTake({ memoryCeilingMegabytes: null })).toBe(true);
  expect(bench.updates).toEqual([{ memoryCeilingMegabytes: null }]);
  expect(await model.changeForNextTake({ profileName: '720p30' })).toBe(false);
  bench.become({ recorder: 'finalizing' });
  expect(bench.updates).toHaveLength(1);
  bench.become({ recorder: 'ready' });
  await expect.poll(() => bench.toasts).toEqual(['The next take is recorded with 720p.']);
  expect(bench.updates).toEqual([{ memoryCeilingMegabytes: null }, { profileName: '720p30' }]);
  expect(model.view.getState().nextTake).toEqual({});
  bench.become({ recorder: 'recording' });
  bench.become({ recorder: 'ready' });
  expect(bench.updates).toHaveLength(2);
});

it('keeps a change for the next take over a reload, and makes it when the take has ended meanwhile', async () => {
  const kept = new Map<string, string>();
  const memory: TextMemory = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, text) => {
      kept.set(key, text);
    },
  };
  const before = await ModelBench.open(memory);
  before.become({ recorder: 'recording', connection: 'connected' });
  expect(await before.model.changeForNextTake({ profileName: 'source' })).toBe(false);
  expect(before.updates).toEqual([]);
  // Its recorder is in no take any more.
  const after = await ModelBench.open(memory);
  await expect.poll(() => after.updates).toEqual([{ profileName: 'source' }]);
  const later = await ModelBench.open(memory);
  expect(later.model.view.getState().nextTake).toEqual({});
  expect(later.updates).toEqual([]);
});

it('asks the recorder for the show also where nobody is armed: it says why it cannot begin', async () => {
  const bench = await ModelBench.open();
  const { model } = bench;
  const state = idleState();
  bench.become({
    ...{ recorder: 'ready', connection: 'connected', participants: [] },
    source: { kind: 'demo', host: 'localhost', room: 'demo' },
    settings: { ...state.settings, armsNewcomers: 'off' },
  });
  expect(disabledReasonForShow(model.session.store.getState())).toBe('Nobody is armed.');
  await model.startShow();
  expect(bench.calls.map(({ name }) => name)).toContain('startShow');
});

it('shows in the demo room only what loses frames on purpose', async () => {
  const bench = await ModelBench.open();
  const reason = (): string | null => disabledReasonForShow(bench.model.session.store.getState());
  expect(reason()).toBeNull();
  bench.become({
    recorder: 'ready',
    connection: 'connected',
    source: { kind: 'server', host: 'h', room: 'r' },
  });
  expect(reason()).toBe('This loses frames on purpose, and runs in the demo room only.');
  bench.become({ source: { kind: 'demo', host: 'h', room: 'r' } });
  expect(reason()).toBeNull();
  bench.become({ recorder: 'recording' });
  expect(reason()).toBe('Already recording.');
});

it('stops by the key at once, or asks where a press is not enough', async () => {
  const bench = await ModelBench.open();
  const { model } = bench;
  const stops = (): number => bench.calls.filter(({ name }) => name === 'stopTake').length;
  bench.become({ recorder: 'recording', connection: 'connected' });
  for (const stopRule of ['hold', 'ask'] as const) {
    model.view.setState({ stopRule, isStopAsked: false });
    await model.stopByKey();
    expect([stops(), model.view.getState().isStopAsked]).toEqual([0, true]);
  }
  bench.become({ recorder: 'ready' });
  model.view.setState({ isStopAsked: false });
  await model.stopByKey();
  expect(model.view.getState().isStopAsked).toBe(false);
});

it('knows a recorder that gives no answer, of which no meter goes on counting', async () => {
  let nowMs = 0;
  const bench = await ModelBench.open(null, () => nowMs);
  bench.become({ connection: 'connected' });
  expect(currentSilence(bench.model)).toBeNull();
  nowMs = 3_000;
  expect(currentSilence(bench.model)).toMatchObject({ seconds: 3 });
  bench.become({ connection: 'connected' });
  expect(currentSilence(bench.model)).toBeNull();
});

it('lists the takes anew when another window has changed them, once they were listed', async () => {
  const bench = await ModelBench.open();
  const lists = (): number => bench.calls.filter(({ name }) => name === 'listTakes').length;
  bench.become({ takesRevision: 1 });
  expect(lists()).toBe(0);
  bench.model.takes.store.setState({ entries: [] });
  bench.become({ takesRevision: 2 });
  expect(lists()).toBe(1);
  bench.become({ takesRevision: 2 });
  expect(lists()).toBe(1);
  bench.become({ settings: { ...idleState().settings, outputFolder: '/elsewhere' } });
  expect(lists()).toBe(2);
});

it('goes back from a player by Escape, and from an enlarged participant where there is one', async () => {
  const { model } = await ModelBench.open();
  const [entry] = takes();
  if (entry === undefined) throw new TypeError('There is no take.');
  const escape = shortcutOf({
    key: 'Escape',
    ...{ ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false },
  });
  model.view.setState({ view: 'takes', enlarged: null });
  model.takes.store.setState({ entries: takes(), selected: entry.takeName, isPlayerOpen: true });
  escape?.run(model);
  expect(model.takes.store.getState().isPlayerOpen).toBe(false);
  model.takes.play(entry.files[0]?.file ?? null);
  escape?.run(model);
  expect(model.takes.store.getState().file).toBeNull();
  model.view.setState({ view: 'record', enlarged: { identity: 'ada', kind: 'participant' } });
  escape?.run(model);
  expect(model.view.getState().enlarged).toBeNull();
});
