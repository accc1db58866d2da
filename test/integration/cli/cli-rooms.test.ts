import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SetTrackSubscriptionPermissionsRequest } from '@livekit/rtc-ffi-bindings';
import { AudioSource, LocalAudioTrack, Room, TrackPublishOptions, TrackSource } from '@livekit/rtc-node';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Manifest, manifestSchema } from '#engine/contract/manifest.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { ffiRequest } from '#engine/livekit/ffi/ffi-request.js';
import { silenceSdkLog } from '#engine/livekit/sdk-log.js';
import { jsonLines, runCommand, RunningCommand } from '../../fixtures/command.js';
import { expectRecorded } from '../../fixtures/recorded-exit.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-rooms-'));
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

function outputFolder(): Promise<string> {
  return mkdtemp(join(root, 'out-'));
}

function credentials({ url, apiKey, apiSecret }: EmbeddedServer): Record<string, string> {
  return { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret };
}

function roomService({ url, apiKey, apiSecret }: EmbeddedServer): RoomServiceClient {
  return new RoomServiceClient(url.replace(/^ws/, 'http'), apiKey, apiSecret);
}

/** Lets everybody subscribe to what a client publishes, or nobody. rtc-node has no call for it, its native part has. */
function allowEverybody({ localParticipant }: Room, isAllowed: boolean): void {
  const value = new SetTrackSubscriptionPermissionsRequest({
    localParticipantHandle: localParticipant?.ffi_handle.handle ?? 0n,
    allParticipantsAllowed: isAllowed,
  });
  ffiRequest({ message: { case: 'setTrackSubscriptionPermissions', value } });
}

/** Somebody with a microphone. */
function enter(server: EmbeddedServer, room: string, identity: string): Promise<SyntheticRoom> {
  const { url, apiKey, apiSecret } = server;
  return startSyntheticRoom({ url, apiKey, apiSecret, room, participants: [{ identity }] });
}

/** Something of that take is on the disk: of one that ends sooner nothing is recorded. */
async function somethingRecorded(out: string, take: number): Promise<void> {
  const sizeBytes = async (): Promise<number> => {
    const folder = join(out, (await readdir(out)).sort()[take - 1] ?? '');
    const file = (await readdir(folder)).find((name) => name.endsWith('.m4a'));
    return file === undefined ? 0 : (await stat(join(folder, file))).size;
  };
  await expect.poll(() => sizeBytes().catch(() => 0), { timeout: 20_000 }).toBeGreaterThan(2_000);
}

async function manifestsIn(out: string): Promise<Manifest[]> {
  const names = (await readdir(out)).sort();
  return Promise.all(
    names.map(async (name) =>
      manifestSchema.parse(JSON.parse(await readFile(join(out, name, 'manifest.json'), 'utf8'))),
    ),
  );
}

describe('a meeting', () => {
  let server: EmbeddedServer;
  let rooms: RoomServiceClient;

  beforeAll(async () => {
    server = await startLivekitServer();
    rooms = roomService(server);
  });

  afterAll(async () => {
    await server.stop();
  });

  it('is waited for from outside, ends its take when the server closes the room, and can be followed by a next one', async () => {
    const [once, forever] = [await outputFolder(), await outputFolder()];
    const arguments_ = ['record', '--room', 'standup', '--audio-only', '--out'];
    const single = new RunningCommand([...arguments_, once], credentials(server));
    const every = new RunningCommand([...arguments_, forever, '--wait-for-next'], credentials(server));
    for (const command of [single, every]) await command.says(/the room is not open yet; Ctrl-C ends/);
    expect(await rooms.listRooms()).toEqual([]);

    await rooms.createRoom({ name: 'standup', emptyTimeout: 60, departureTimeout: 1 });
    const first = await enter(server, 'standup', 'ada');
    for (const out of [once, forever]) await somethingRecorded(out, 1);
    await first.stop();
    const ended = await single.ended;
    expect(ended.stdout).toMatch(/The meeting is over: the server closed the room/);
    const [manifest] = await manifestsIn(once);
    expectRecorded(ended, ...(await manifestsIn(once)));
    expect(manifest).toMatchObject({
      state: 'complete',
      problem: null,
      files: [{ identity: 'ada', state: 'verified' }],
    });

    await every.says(/Files are in [^]*the room is not open yet; Ctrl-C ends/);
    expect(await rooms.listRooms()).toEqual([]);
    const second = await enter(server, 'standup', 'bob');
    await somethingRecorded(forever, 2);
    await rooms.updateParticipant('standup', 'bob', { name: 'Robert' });
    await every.says(/bob is called Robert now/);
    await rooms.deleteRoom('standup');
    await second.stop();
    await every.says(/Files are in [^]*Files are in [^]*the room is not open yet/);
    every.signal('SIGINT');
    const last = await every.ended;
    const takes = await manifestsIn(forever);
    expectRecorded(last, ...takes);
    expect(takes.map(({ files }) => files.map(({ identity, state }) => [identity, state]))).toEqual([
      [['ada', 'verified']],
      [['bob', 'verified']],
    ]);
    expect(takes[1]?.files[0]?.participantName).toBe('Robert');
    const list = await runCommand(['takes', forever]);
    expect([list.code, list.stdout.split('\n')[0]]).toEqual([0, expect.stringMatching(/^2 takes in /)]);
    expect(list.stdout.match(/^ {2}standup-\S+ .* Intact /gm)).toHaveLength(2);
  }, 60_000);

  it('can be looked at before, and its server with it, without leaving anything', async () => {
    const out = join(await outputFolder(), 'not-there-yet');
    const healthy = await runCommand(['doctor', '--out', out], credentials(server));
    expect(healthy.stdout).toMatch(/^ {2}server +ok +\S+ let the recorder join in /m);
    expect(healthy.stdout).toMatch(/^ {2}media \(copy\) +ok +come over UDP, found in /m);
    expect(healthy.stdout).toMatch(/^ {2}clock +ok /m);
    expect([healthy.code, healthy.stdout.trimEnd().split('\n').at(-1)]).toEqual([
      0,
      'A recording can begin, in copy mode as well.',
    ]);
    await expect(readdir(out)).rejects.toThrow();

    const wrong = { ...credentials(server), LIVEKIT_API_SECRET: 'another-secret-that-is-long-enough' };
    const refused = await runCommand(['doctor', '--out', out, '--json'], wrong);
    expect(refused.code).toBe(4);
    expect(jsonLines(refused.stdout).at(-1)).toMatchObject({
      exitCode: 4,
      findings: ['ok', 'ok', 'ok', 'ok', 'failed', 'ok'].map((state) => ({ state })),
    });
    expect(refused.stdout + refused.stderr).not.toContain('another-secret');
  });
});

describe('a participant who does not allow the recorder to subscribe', () => {
  let server: EmbeddedServer;
  let shy: Room;
  /** A server exempts whoever has the grant `recorder` from these permissions. */
  let asParticipant: Record<string, string>;

  beforeAll(async () => {
    server = await startLivekitServer();
    const made = new AccessToken(server.apiKey, server.apiSecret, { identity: 'eve' });
    made.addGrant({ roomJoin: true, room: 'quiet' });
    silenceSdkLog();
    shy = new Room();
    await shy.connect(server.url, await made.toJwt(), { autoSubscribe: false, dynacast: false });
    allowEverybody(shy, false);
    const token = new AccessToken(server.apiKey, server.apiSecret, { identity: 'console' });
    token.addGrant({ roomJoin: true, room: 'quiet', canPublish: false, hidden: true });
    asParticipant = { LIVEKIT_URL: server.url, LIVEKIT_TOKEN: await token.toJwt() };
    const source = new AudioSource(48_000, 1);
    const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
    await shy.localParticipant?.publishTrack(LocalAudioTrack.createAudioTrack('microphone', source), options);
  });

  afterAll(async () => {
    await shy.disconnect();
    await server.stop();
  });

  it('is named within 3 s, with the reason, and recorded when they allow it after all', async () => {
    const out = await outputFolder();
    const arguments_ = [
      'record',
      '--room',
      'quiet',
      '--audio-only',
      '--duration',
      '1',
      '--json',
      '--out',
      out,
    ];
    const command = new RunningCommand(arguments_, asParticipant);
    await command.says(/"trackWithheld"/);
    await command.says(/Waiting for a participant to publish/);
    allowEverybody(shy, true);
    const ended = await command.ended;
    const events = jsonLines(ended.stdout).filter(({ type }) => type === 'event');
    const named = (name: string): Record<string, unknown> | undefined =>
      events.find((event) => event['name'] === name);
    const [connected, withheld] = [named('connected'), named('trackWithheld')];
    // Told after 2.5 s; the rest is for a machine that is busy.
    expect(Date.parse(String(withheld?.['at'])) - Date.parse(String(connected?.['at']))).toBeLessThan(6_000);
    expect(withheld?.['message']).toMatch(
      /^The microphone of eve is not received.*eve does not allow the recorder to subscribe/,
    );
    expect(named('trackSubscribed')?.['message']).toMatch(/it came after all/);
    expectRecorded(ended, ...(await manifestsIn(out)));
    expect((await manifestsIn(out))[0]?.notRecorded).toEqual([]);
  }, 60_000);

  it('is in summary, manifest and exit code of a take that lacks them', async () => {
    allowEverybody(shy, false);
    const people = await enter(server, 'quiet', 'ada');
    const out = await outputFolder();
    const command = new RunningCommand(
      ['record', '--room', 'quiet', '--audio-only', '--duration', '4', '--out', out],
      asParticipant,
    );
    const { code, stdout, stderr } = await command.ended;
    await people.stop();
    expect(stdout).toMatch(/Not recorded since 00:00:0\d\.\d: The microphone of eve is not received/);
    expect(stderr).toMatch(/^error: Not everything is recorded: eve \(microphone\)\./m);
    expect(code).toBe(7);
    const [manifest] = await manifestsIn(out);
    expect(manifest?.files.map(({ identity, state }) => [identity, state])).toEqual([['ada', 'verified']]);
    expect(manifest?.notRecorded).toMatchObject([
      { identity: 'eve', role: 'microphone', code: 'trackWithheld' },
    ]);
  }, 60_000);
});

describe('a room with more people than files may be open', () => {
  it('names who is not recorded on screen, in summary, manifest and exit code', async () => {
    const server = await startLivekitServer();
    const people = await startSyntheticRoom({
      url: server.url,
      apiKey: server.apiKey,
      apiSecret: server.apiSecret,
      room: 'crowd',
      participants: [{ identity: 'ada' }, { identity: 'bob' }, { identity: 'eve' }],
    });
    try {
      const out = await outputFolder();
      const arguments_ = ['record', '--room', 'crowd', '--audio-only', '--max-files', '2', '--duration', '2'];
      const command = new RunningCommand([...arguments_, '--out', out], credentials(server));
      const { code, stdout, stderr } = await command.ended;
      const refused = /error: (\w+) is not recorded: the take already has 2 files/.exec(stdout)?.[1] ?? '';
      expect(['ada', 'bob', 'eve']).toContain(refused);
      expect(stdout).toMatch(new RegExp(`Not recorded since 00:00:0\\d\\.\\d: ${refused} is not recorded`));
      expect(stdout).toMatch(/encoders \(ffmpeg\), beside it +80\.3 MB/);
      expect(stderr).toMatch(new RegExp(`^error: .*${refused}`, 'm'));
      expect(code).toBe(7);
      const [manifest] = await manifestsIn(out);
      expect(manifest?.notRecorded).toMatchObject([{ identity: refused, code: 'tooManyFiles' }]);
      expect(manifest?.files.map(({ state }) => state)).toEqual(['verified', 'verified']);
      expect(manifest?.files.map(({ identity }) => identity)).not.toContain(refused);
    } finally {
      await people.stop();
      await server.stop();
    }
  }, 60_000);
});

describe('a server on which rooms are opened by somebody else', () => {
  let server: EmbeddedServer;

  beforeAll(async () => {
    server = await startLivekitServer({ opensRooms: false });
  });

  afterAll(async () => {
    await server.stop();
  });

  it('is asked until it knows the room; the end of the room is no refusal', async () => {
    const out = await outputFolder();
    const room = 'acme/Wait...what\\b #12';
    const made = new AccessToken(server.apiKey, server.apiSecret, { identity: 'recorder', ttl: 60 });
    made.addGrant({ roomJoin: true, room, canSubscribe: true, hidden: true, recorder: true });
    const command = new RunningCommand(['record', '--audio-only', '--out', out], {
      LIVEKIT_URL: server.url,
      LIVEKIT_TOKEN: `${await made.toJwt()}\n`,
      // Nobody listens there; the SDK would ask it all the same.
      HTTP_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: 'localhost,127.0.0.0/8',
    });
    await command.says(/the room is not open yet; Ctrl-C ends/);
    const rooms = roomService(server);
    await rooms.createRoom({ name: room });
    const people = await enter(server, room, 'ada');
    await somethingRecorded(out, 1);
    await rooms.deleteRoom(room);
    const ended = await command.ended;
    await people.stop();
    expectRecorded(ended, ...(await manifestsIn(out)));
    expect((await readdir(out))[0]).toMatch(/^acme_Wait_what_b #12-\d{8}-\d{6}$/);
    expect((await manifestsIn(out))[0]?.room).toBe(room);
    expect((await manifestsIn(out)).map(({ files }) => files.map(({ state }) => state))).toEqual([
      ['verified'],
    ]);
  }, 60_000);
});
