import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConsoleService } from '#engine/console/console-service.js';
import { mediaBaseUrl } from '#engine/console-host/console-host.js';
import {
  type CommandInput,
  type CommandName,
  type CommandOutput,
  commands,
  type ConsoleApi,
  type ConsoleEvent,
  consoleEventSchema,
} from '#engine/contract/console.js';
import type { SourceForm } from '#engine/contract/source-form.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { openBrowserConsole, recordAsSent } from '../../fixtures/browser-console.js';
import { describeAndDelete } from './described-take.js';
import { expectLiveImages, expectSound } from './live-media.js';
import { expectOpenRooms } from './open-rooms.js';

const room = 'conformance';
const camera = { width: 640, height: 360, fps: 30 };
export const mediaKey = 'a-key-of-this-test';
const bytesPerTrack = 55_000;

/** One way of the contract, and everything that came along it. */
export interface Transport {
  /** Another one after a reload. */
  readonly api: ConsoleApi;
  readonly traffic: () => string;
  /** The console goes and comes back: its page has crashed, or its connection broke. */
  readonly reload: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The service of a transport, with a folder of its own. */
export function openService(folder: string): Promise<ConsoleService> {
  return openBrowserConsole(folder, mediaBaseUrl(mediaKey));
}

/**
 * Runs the whole contract through one transport. Each has a process of its own, as a recorder has: what the engines of the
 * others and these tests keep is no memory of its takes.
 */
export function testContract(name: string, open: (folder: string) => Promise<Transport>): void {
  describe(`the contract through ${name}`, () => {
    let server: EmbeddedServer;
    let people: SyntheticRoom;

    beforeAll(async () => {
      server = await startLivekitServer();
      const { url, apiKey, apiSecret } = server;
      const participants = ['ada', 'ben'].map((identity) => ({ identity, camera }));
      people = await startSyntheticRoom({ url, apiKey, apiSecret, room, participants });
    });

    afterAll(async () => {
      await people.stop();
      await server.stop();
    });

    let folder: string;
    let transport: Transport;
    /** Where the tests look for what they wait for: cleared when only what comes from then on counts. */
    const events: ConsoleEvent[] = [];
    /** Everything that was said from the beginning to the end; never cleared. */
    const everyEvent: ConsoleEvent[] = [];
    const waiting = new Set<() => void>();
    let stopListening = (): void => undefined;

    function listen(): void {
      stopListening();
      stopListening = transport.api.subscribe((event) => {
        events.push(event);
        everyEvent.push(event);
        for (const look of [...waiting]) look();
      });
    }

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'plateau-contract-'));
      await recordAsSent(folder);
      transport = await open(folder);
      listen();
    });

    afterAll(async () => {
      await transport.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** The first event, past or future, for which `isIt` holds. */
    function event<Type extends ConsoleEvent['type']>(
      type: Type,
      isIt: (event: Extract<ConsoleEvent, { type: Type }>) => boolean = () => true,
    ): Promise<Extract<ConsoleEvent, { type: Type }>> {
      return new Promise((resolve) => {
        const look = (): void => {
          const found = events.find(
            (one): one is Extract<ConsoleEvent, { type: Type }> => one.type === type && isIt(one as never),
          );
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
    }

    async function ok<Name extends CommandName>(
      name: Name,
      input: CommandInput<Name>,
    ): Promise<CommandOutput<Name>> {
      const result = await transport.api.call(name, input);
      if (!result.ok) throw new Error(`${name}: ${result.error.message}`);
      // What travelled is what the contract says, to the letter: a key too many is a leak.
      const value = commands[name].output.parse(result.value) as CommandOutput<Name>;
      expect(result.value).toEqual(value);
      return value;
    }

    async function refused<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<string> {
      const result = await transport.api.call(name, input);
      if (result.ok) throw new Error(`${name} was not refused`);
      expect(result.error.message).toMatch(/^.+[.]$/);
      expect(result.error.hint).not.toBe('');
      expect(Object.keys(result.error).sort()).toEqual(['code', 'hint', 'message']);
      return result.error.code;
    }

    function form(changes: Partial<SourceForm> = {}): SourceForm {
      const { url, apiKey, apiSecret } = server;
      return {
        url,
        room,
        credentials: { kind: 'apiKey', apiKey, apiSecret },
        remembersSecret: true,
        ...changes,
      };
    }

    it('begins idle, with defaults', async () => {
      const state = await ok('getState', {});
      expect(state).toMatchObject({
        recorder: 'idle',
        source: null,
        participants: [],
        take: null,
        problem: null,
      });
      expect(state.settings.outputFolder).toBe(join(folder, 'takes'));
    });

    it('refuses what it does not know and what it cannot read, whatever the command', async () => {
      expect(await refused('reboot' as CommandName, {})).toBe('usage');
      expect(await refused('constructor' as CommandName, {})).toBe('usage');
      for (const name of Object.keys(commands) as CommandName[]) {
        expect(await refused(name, 'nonsense' as never), name).toBe('usage');
        expect(await refused(name, null as never), name).toBe('usage');
      }
      for (const takeName of ['', '..', 'a/b', 'a\\b', `a\u0000`])
        expect(await refused('deleteTake', { takeName, isForGood: false })).toBe('usage');
    });

    it('refuses what does not fit the moment', async () => {
      for (const name of [
        'startTake',
        'stopTake',
        'pauseTake',
        'resumeTake',
        'splitTake',
        'continueCopied',
      ] as const)
        expect(await refused(name, {})).toBe('invalidState');
      expect(await refused('addMarker', { label: '', agoMs: 0 })).toBe('invalidState');
      expect(await refused('verifyTake', { takeName: 'none' })).toBe('usage');
      expect(await refused('deliverTake', { takeName: 'none' })).toBe('usage');
      expect(await refused('cancelDelivery', {})).toBe('invalidState');
      expect(await refused('chooseOutputFolder', {})).toBe('usage');
      expect(await refused('restart', {})).toBe('usage');
    });

    it('says which rooms are open, why one cannot be joined, and is idle again', async () => {
      await expectOpenRooms({ ok, refused }, form(), room);
      expect((await ok('getState', {})).recorder).toBe('idle');
    });

    it('joins a room and shows who is in it: names, frames, levels', async () => {
      await ok('connect', form());
      const full = await event(
        'state',
        ({ state }) =>
          state.participants.length === 2 &&
          state.participants.every(
            ({ tracks }) => tracks.length === 2 && tracks.every((track) => track.isSubscribed),
          ),
      );
      expect(full.state).toMatchObject({ recorder: 'ready', connection: 'connected' });
      expect(full.state.source).toMatchObject({ kind: 'server', room });
      const { thumbnail } = await event('thumbnail', (one) => one.thumbnail.identity === 'ben');
      expect(thumbnail).toMatchObject({ kind: 'participant', width: 192, height: 108 });
      expect(Buffer.from(thumbnail.rgba, 'base64')).toHaveLength(192 * 108 * 4);
      // The synthetic microphones beep once a second.
      await event('levels', (one) => one.levels.some(({ peakDbfs }) => peakDbfs > -20));
      await Promise.all([event('snapshot'), expectLiveImages(ok, 'ben'), expectSound(ok, 'ben')]);
    });

    it('remembers the secret without ever giving it back', async () => {
      const state = await ok('getState', {});
      expect(state.remembered).toEqual({ hasToken: false, hasApiSecret: true, hasMediaKey: false });
      expect(state.settings).toMatchObject({ url: server.url, room, apiKey: server.apiKey });
      await ok('disconnect', {});
      await ok('connect', form({ credentials: { kind: 'apiKey', apiKey: server.apiKey, apiSecret: null } }));
    });

    it('records who is armed, with a marker, into verified files', async () => {
      await ok('arm', { identity: 'ben', isArmed: false });
      const { takeName } = await ok('startTake', {});
      await event('snapshot', ({ snapshot }) => (snapshot.takeMs ?? 0) > 1500);
      await Promise.all([expectLiveImages(ok, 'ada'), expectSound(ok, 'ada')]);
      const later = await ok('addMarker', { label: 'here', agoMs: 0 });
      // A name takes its time: the moment is that of the key press, here before the take.
      const marker = { takeMs: 0, label: 'long ago' };
      expect(await ok('addMarker', { label: 'long ago', agoMs: 60_000 })).toEqual(marker);
      expect(later.takeMs).toBeGreaterThan(1_000);
      const { take } = (await event('state', ({ state }) => (state.take?.markers.length ?? 0) > 1)).state;
      expect(take).toMatchObject({ name: takeName, markers: [marker, later] });
      const { takeMs } = await ok('pauseTake', {});
      await event('state', ({ state }) => state.take?.isPaused === true);
      expect(await refused('pauseTake', {})).toBe('invalidState');
      const { snapshot } = await event('snapshot', ({ snapshot: { pausedMs = 0 } }) => pausedMs > 300);
      expect(snapshot).toMatchObject({ isPaused: true, takeMs });
      expect(await ok('resumeTake', {})).toEqual({ takeMs });
      expect(await refused('resumeTake', {})).toBe('invalidState');
      const { takeMs: cutMs, part } = await ok('splitTake', {});
      expect(await refused('moveTake', { folder: join(folder, 'takes') })).toBe('usage');
      expect(await refused('disconnect', {})).toBe('invalidState');
      // Who is in the take stays in it, and whoever is not could be taken in.
      expect(await refused('arm', { identity: 'ada', isArmed: false })).toBe('invalidState');
      expect(await ok('arm', { identity: 'ben', isArmed: false })).toBeNull();
      expect(await refused('deleteTake', { takeName, isForGood: false })).toBe('invalidState');
      expect(await refused('startTake', {})).toBe('invalidState');
      expect(await refused('restart', {})).toBe('invalidState');

      await transport.reload();
      listen();
      const found = await ok('getState', {});
      expect(found).toMatchObject({
        recorder: 'recording',
        take: { name: takeName, markers: [marker, later] },
      });
      expect(found.participants.map(({ identity }) => identity).sort()).toEqual(['ada', 'ben']);
      // The second part holds something, on a busy machine as well.
      await event('snapshot', ({ snapshot }) => (snapshot.takeMs ?? 0) > cutMs + 1500);
      const { content, ...stopped } = await ok('stopTake', {});
      const [entry] = await ok('listTakes', {});
      expect(entry?.files.map(({ problem }) => problem)).toEqual([null, null]);
      // A busy machine may lose something, which is another test’s business.
      const isComplete = content?.grade === 'complete';
      expect(stopped).toEqual({
        takeName,
        files: expect.any(Number) as number,
        isVerified: true,
        isComplete,
      });
      expect(content?.worstShare).toBeGreaterThanOrEqual(0);
      await event('state', ({ state }) => (state.finalizingFraction ?? 0) > 0);

      expect(stopped.files).toBe(entry?.files.length);
      expect(entry).toMatchObject({ takeName, room, condition: 'verified', content });
      expect(entry?.files.map(({ file }) => file)).toEqual(['ada.mp4', `ada-part${part}.mp4`]);
      expect(await ok('verifyTake', { takeName })).toMatchObject({ isOk: true, findings: [] });
      await event('verifying', ({ fraction }) => fraction === 1);
      // Its files are MP4 already.
      expect(await ok('deliverTake', { takeName })).toEqual({ ahead: 0 });
      const nothing = { takeName, files: 0, problems: [], isCanceled: false };
      await event('state', ({ state: { endedDeliveries = [] } }) => endedDeliveries.length > 0);
      expect((await ok('getState', {})).endedDeliveries).toMatchObject([nothing]);
      const { ndjson } = await ok('exportTelemetry', {});
      const lines = ndjson.trimEnd().split('\n');
      expect(lines.filter((line) => line.includes('"plateau.snapshot/1"')).length).toBeGreaterThanOrEqual(3);
    });

    it('records a second take in the same room', async () => {
      await ok('arm', { identity: 'ben', isArmed: true });
      const { takeName } = await ok('startTake', {});
      events.length = 0;
      await event('snapshot', ({ snapshot }) => (snapshot.takeMs ?? 0) > 3000);
      expect((await ok('stopTake', {})).isVerified).toBe(true);
      const entry = (await ok('listTakes', {})).find((one) => one.takeName === takeName);
      expect(entry?.files.map(({ identity }) => identity).sort()).toEqual(['ada', 'ben']);
      for (const { durationMs } of entry?.files ?? []) expect(durationMs).toBeGreaterThan(2500);
      expect(entry?.memory).toMatchObject({
        // Three seconds of a busy machine may have no reading at all.
        word: expect.stringMatching(/^(UNDECIDED|NO VERDICT)$/) as string,
        exceededCeilingBytes: null,
      });
      expect(entry?.memory?.peakRssBytes).toBeGreaterThan(50e6);
      const { fileName, html } = await ok('readReport', { takeName });
      expect(fileName).toBe(`${takeName}-report.html`);
      expect(html).toContain('UNDECIDED');
      expect(html).toContain('ada.mp4');
      expect(await refused('readReport', { takeName: 'no-such-take' })).toBe('usage');
      const { series, events: known, latestOfTake } = await ok('readHistory', {});
      expect(series['5min'].rows.length).toBeGreaterThan(1);
      expect(known.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['takeStarted', 'marker', 'filesUsable']),
      );
      expect(latestOfTake?.takeMs).toBeGreaterThan(2500);
      await describeAndDelete({ ok, refused }, takeName);
    });

    it('keeps memory below a ceiling that is set while a take runs, at once', async () => {
      expect(await refused('updateSettings', { memoryCeilingMegabytes: 10 })).toBe('usage');
      await ok('startTake', {});
      events.length = 0;
      const calm = await event('snapshot', ({ snapshot }) => (snapshot.takeMs ?? 0) > 1000);
      expect(calm.snapshot).toMatchObject({ memory: { ceilingBytes: null }, governor: { step: 0 } });
      await ok('updateSettings', { memoryCeilingMegabytes: 50 });
      const { snapshot: saving } = await event(
        'snapshot',
        ({ snapshot }) => (snapshot.governor?.step ?? 0) > 0,
      );
      expect(saving.memory.ceilingBytes).toBe(50e6);
      expect(saving.governor).toMatchObject({ limitBytes: 50e6, limitedBy: 'ceiling' });
      await event('event', (one) => one.event.name === 'governorDegraded');
      await ok('updateSettings', { memoryCeilingMegabytes: null });
      events.length = 0;
      // One that was made before may still be on its way.
      await event('snapshot', ({ snapshot }) => snapshot.memory.ceilingBytes === null);
      expect((await ok('stopTake', {})).isVerified).toBe(true);
    });

    it('breaks something and mends it, and the answer holds what the contract says and no more', async () => {
      await ok('startTake', {});
      const fault = { name: 'stallSink', seconds: 60 } as const;
      expect(await refused('startFault', { fault, isConfirmed: false })).toBe('invalidState');
      const active = await ok('startFault', { fault, isConfirmed: true });
      expect(Object.keys(active).sort()).toEqual(['endsAt', 'fault', 'id', 'startedAt']);
      expect(active.fault).toEqual(fault);
      expect((await ok('getState', {})).faults).toEqual([active]);
      await ok('stopFault', { id: active.id });
      expect((await ok('getState', {})).faults).toEqual([]);
      await ok('stopTake', {});
    });

    it('soaks for a set time, ends by itself and says what it knows of memory', async () => {
      expect(await refused('startSoak', { minutes: 0 })).toBe('usage');
      const { takeName } = await ok('startSoak', { minutes: 0.1 });
      const { state: running } = await event('state', ({ state }) => state.soak?.isRunning === true);
      expect(running.soak).toMatchObject({ takeName, minutes: 0.1, outcome: null });
      expect(await refused('startSoak', { minutes: 1 })).toBe('invalidState');
      expect(await refused('startShow', { seconds: 40 })).toBe('invalidState');
      const { state: ended } = await event(
        'state',
        ({ state }) =>
          state.soak?.isRunning === false && state.recorder === 'ready' && state.checks?.length === 0,
      );
      // Six seconds are all warm-up: anything but undecided would be made up.
      expect(ended.soak?.outcome).toMatchObject({ word: 'UNDECIDED', verdict: { windowMs: 0 } });
      expect(ended.soak?.outcome?.peakRssBytes).toBeGreaterThan(50e6);
      const entry = (await ok('listTakes', {})).find((one) => one.takeName === takeName);
      expect(entry?.condition).toBe('verified');
      for (const { durationMs } of entry?.files ?? []) expect(durationMs).toBeGreaterThan(5500);
    });

    it('changes settings one by one', async () => {
      expect(await ok('updateSettings', { crf: 18 })).toMatchObject({ crf: 18, container: 'mp4' });
      expect(await refused('updateSettings', { crf: 99 })).toBe('usage');
      expect(await refused('updateSettings', { secret: 'x' } as never)).toBe('usage');
      expect((await ok('getState', {})).settings.crf).toBe(18);
    });

    it('leaves the room, and says what is kept of it', async () => {
      const { earlierConnections: before } = await ok('getState', {});
      await ok('disconnect', {});
      const state = await ok('getState', {});
      expect(state).toMatchObject({ recorder: 'idle', source: null, participants: [] });
      expect(state.earlierConnections.count).toBe(before.count + 1);
      // Two people, a camera and a microphone each.
      expect(state.earlierConnections.bytes - before.bytes).toBe(350_000 + 4 * bytesPerTrack);
    });

    it('said what the contract knows from beginning to end, and nothing else', () => {
      const types = new Set<ConsoleEvent['type']>();
      for (const one of everyEvent) {
        // To the letter: a key too many is a leak.
        expect(one).toEqual(consoleEventSchema.parse(one));
        types.add(one.type);
      }
      const known = consoleEventSchema.options.map(({ shape }) => shape.type.value);
      expect([...types].sort()).toEqual([...known].sort());
      // The tests above have waited for more than this; an empty list would have nothing wrong in it.
      expect(everyEvent.length).toBeGreaterThan(100);
    });

    it('gave no secret away', () => {
      expect(transport.traffic()).not.toContain(server.apiSecret);
      // Three letters may stand in an image; this way no image can read.
      expect(transport.traffic(), 'a token reads like this').not.toMatch(/eyJ[\w-]+\.eyJ[\w-]+\./);
    });
  });
}
