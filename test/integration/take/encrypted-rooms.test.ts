import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorExitCodes } from '#engine/contract/errors.js';
import { readMediaKeys } from '#engine/contract/media-keys.js';
import { profiles } from '#engine/contract/profile.js';
import { Recorder } from '#engine/recorder/recorder.js';
import { type CommandResult, jsonLines, RunningCommand } from '../../fixtures/command.js';
import { between, colorsOf, levelsOf, toneShares } from '../../fixtures/plain-content.js';
import { type PlainColor, PlainParticipant } from '../../fixtures/plain-participant.js';
import type { FinishedTake } from '../../fixtures/recording-harness.js';
import { shareHarness } from '../../fixtures/shared-harness.js';
import { SharedTake, timedTest } from '../../fixtures/timed-test.js';

const size = { width: 160, height: 90, fps: 10 };
const red: PlainColor = [81, 90, 240];
const passphrase = 'correct horse battery staple';
const wrongPassphrase = 'a slip of the finger';
const ownPassphrase = 'only dan knows this one';
const keys = JSON.stringify({
  keys: [{ passphrase }, { participant: 'dan', passphrase: ownPassphrase, index: 3 }],
});

interface EncryptedTake {
  readonly take: FinishedTake;
  /** Seconds of the take at which ada was decrypted again with the next key, and eve's key was corrected. */
  readonly followedAtS: number;
  readonly correctedAtS: number;
  /** Of a recorder in the same room that has no key. */
  readonly missing: Recorder['missing'];
  readonly missingAfterMs: number;
  /** Of commands in the same room: without a key, with a wrong one, and with the right one where nobody else is recorded. */
  readonly results: readonly CommandResult[];
  /** Of the commands' takes. */
  readonly folder: string;
  readonly overload: string | null;
}

const harness = shareHarness();
let root: string;
const everybody = { participants: null, audioOnly: false };
const shared = new SharedTake(() => record());

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-encrypted-'));
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function record(): Promise<EncryptedTake> {
  const folder = await mkdtemp(join(root, 'takes-'));
  const people: PlainParticipant[] = [];
  const enter = async (...who: Parameters<typeof PlainParticipant.join>): Promise<PlainParticipant> => {
    const somebody = await PlainParticipant.join(...who);
    people.push(somebody);
    return somebody;
  };
  let [ratchetedAtS, followedAtS, correctedAtS, missingAfterMs] = [NaN, NaN, NaN, NaN];
  let missing: Recorder['missing'] = [];
  const commands: RunningCommand[] = [];
  const take = await harness.record({
    mediaKeys: readMediaKeys(keys),
    profile: { ...profiles.source, canvas: { width: 160, height: 90 }, maxFps: null },
    participants: [],
    before: async (room) => {
      const ada = await enter(room, 'ada', passphrase);
      await ada.publishTone(440);
      await ada.publishVideo({ ...size, color: red });
      await (await enter(room, 'ben')).publishTone(660);
      const eve = await enter(room, 'eve', wrongPassphrase);
      await eve.publishTone(880);
      await eve.publishVideo({ ...size, color: red });
      const dan = await enter(room, 'dan', 'not this one');
      await dan.publishTone(550);
      await dan.useKey(ownPassphrase, 3);
    },
    during: async ({ recorder, until, event, plainRoom: { url, room, apiKey, apiSecret } }) => {
      const nowS = (): number => (recorder.snapshot().takeMs ?? NaN) / 1000;
      const [ada, , eve] = people;
      const environment = { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret };
      const command = (participants: string, more: Record<string, string>, mode = 'encode'): RunningCommand =>
        new RunningCommand(
          [
            'record',
            '--room',
            room,
            '--participants',
            participants,
            '--out',
            folder,
            '--duration',
            // Longer than what is told within five seconds takes on a busy machine.
            '8s',
            '--json',
            '--mode',
            mode,
          ],
          { ...environment, ...more },
        );
      commands.push(
        command('ada,ben', {}),
        command('ada', { LIVEKIT_E2EE_KEY: wrongPassphrase }),
        command('ada', { LIVEKIT_E2EE_KEY: passphrase }, 'copy'),
      );
      const startedMs = performance.now();
      const other = new Recorder();
      await other.connect({ url, room, credentials: { apiKey, apiSecret } }, everybody);
      missing = [...other.missing];
      missingAfterMs = performance.now() - startedMs;
      await other.disconnect();
      await event('signalMissing');
      await until(4.5);
      // A busy machine is asked later what it has received, and hears of it later.
      for (let second = 5; undecrypted(recorder, 'eve') < 2 && second < mostSeconds; second += 0.5)
        await until(second);
      // Before the call, which may take a while: nothing that fits can be heard before.
      correctedAtS = nowS();
      await eve?.useKey(passphrase, 0);
      await until(6);
      await ada?.ratchet();
      ratchetedAtS = nowS();
      await until(ratchetedAtS + 4);
      // How long it takes is a matter of the machine: while it lasts, it is told.
      for (let second = Math.ceil(nowS()) + 1; undecrypted(recorder, 'ada') > 0; second += 1)
        await until(second);
      followedAtS = nowS();
      await until(followedAtS + 2);
      // The others may have begun late: they need somebody to record.
      await Promise.all(commands.map(({ ended }) => ended));
    },
  });
  for (const somebody of people) await somebody.leave();
  const results = await Promise.all(commands.map(({ ended }) => ended));
  const told = { followedAtS, correctedAtS, missing, missingAfterMs, results };
  return { take, ...told, folder, overload: take.overload };
}

/** So long nothing takes that a machine can do at all. */
const mostSeconds = 20;

/** How many tracks of somebody are told of at the moment: they cannot be decrypted. */
function undecrypted(recorder: Recorder, whose: string): number {
  const alarms = recorder.snapshot().alarms ?? [];
  return alarms.filter(({ identity, kind }) => identity === whose && kind === 'notDecrypted').length;
}

const isRed = ([y, u, v]: readonly [number, number, number]): boolean =>
  Math.abs(y - red[0]) < 24 && Math.abs(u - red[1]) < 24 && Math.abs(v - red[2]) < 24;

/** Of what is not silent or black: not decrypted it is noise, and none of it is the tone or the color. */
const most = 0.5;
/** A busy publisher stops short at any moment; half a second of it is enough to tell. */
const leastReadings = 5;

/**
 * Share of what was heard or seen between two moments; 0 when it was next to nothing.
 *
 * @param readings whether each is what was sent; null where there is nothing
 */
function share(readings: readonly (boolean | null)[], fromS: number, toS: number): number {
  const some = between(readings, fromS, toS).filter((each) => each !== null);
  const sent = some.filter(Boolean).length;
  return sent < leastReadings ? 0 : sent / some.length;
}

/** A reading that is not filled has as much less of the tone. */
async function tone({ take }: EncryptedTake, identity: string, hz: number): Promise<(boolean | null)[]> {
  const shares = await toneShares(take.path(identity), hz);
  return shares.map((each) => (each === 0 ? null : each > 0.4));
}

async function reds({ take }: EncryptedTake, identity: string): Promise<(boolean | null)[]> {
  const colors = await colorsOf(take.path(identity));
  return colors.map((color) => (color[0] < 24 ? null : isRed(color)));
}

describe('with its key', () => {
  timedTest(
    'an encrypted participant is recorded, and one who is not encrypted beside them',
    shared,
    async (recorded) => {
      expect(share(await tone(recorded, 'ada', 440), 2, 5.5)).toBeGreaterThan(most);
      expect(share(await reds(recorded, 'ada'), 2, 5.5)).toBeGreaterThan(most);
      expect(share(await tone(recorded, 'ben', 660), 2, 9)).toBeGreaterThan(most);
    },
  );

  timedTest('a participant with a key and an index of their own is, too', shared, async (recorded) => {
    expect(share(await tone(recorded, 'dan', 550), 2, 9)).toBeGreaterThan(most);
  });

  timedTest(
    'a copied take begins where only an encrypted participant is to be recorded',
    shared,
    (recorded) => {
      expect(jsonLines(recorded.results[2]?.stdout ?? '').at(-1)).toMatchObject({
        files: [{ identity: 'ada', state: 'verified' }],
        notRecorded: [],
      });
    },
  );

  timedTest('a key that is ratcheted in mid-take is followed', shared, async (recorded) => {
    const after = recorded.followedAtS;
    expect(share(await tone(recorded, 'ada', 440), after, after + 1.5)).toBeGreaterThan(most);
    expect(share(await reds(recorded, 'ada'), after, after + 1.5)).toBeGreaterThan(most);
  });
});

describe('a key that does not fit', () => {
  timedTest(
    'is told within five seconds, for each track, and is over when it is corrected',
    shared,
    (recorded) => {
      const { events, manifest } = recorded.take;
      // A plain color is frozen video, too, once it is decrypted.
      const told = events.filter(
        ({ name, identity, message }) =>
          name === 'signalMissing' && identity === 'eve' && message.includes('decrypted'),
      );
      expect(told.map(({ level, message }) => [level, message]).sort()).toEqual([
        ['warning', 'The camera of eve is on, and it cannot be decrypted: the encryption key does not fit.'],
        [
          'warning',
          'The microphone of eve is on, and it cannot be decrypted: the encryption key does not fit.',
        ],
      ]);
      const gaps = (manifest.signalGaps ?? []).filter(
        ({ identity, kind }) => identity === 'eve' && kind === 'notDecrypted',
      );
      expect(gaps.map(({ file }) => file)).toEqual(Array(2).fill(recorded.take.file('eve').file));
      const startedMs = Date.parse(events.find(({ name }) => name === 'takeStarted')?.at ?? '');
      for (const [index, { fromMs, toMs }] of gaps.entries()) {
        // Both are in the order in which they were noticed.
        expect(Date.parse(told[index]?.at ?? '') - startedMs - fromMs).toBeLessThan(5_000);
        expect(fromMs).toBeLessThan(5_000);
        expect(toMs ?? Infinity).toBeLessThan(recorded.correctedAtS * 1000 + 3_000);
      }
    },
  );

  timedTest(
    'is what the file lacks: a gap of its video and one of its audio, and losses',
    shared,
    (recorded) => {
      const { gaps = [], stamps } = recorded.take.file('eve');
      const longest = (stream: string): number =>
        Math.max(0, ...gaps.filter((gap) => gap.stream === stream).map(({ durationMs }) => durationMs));
      const wrongMs = recorded.correctedAtS * 1000;
      expect(longest('video')).toBeGreaterThan(wrongMs / 2);
      expect(longest('audio')).toBeGreaterThan(wrongMs / 2);
      expect(stamps?.complete.grade).toBe('losses');
    },
  );

  timedTest(
    'leaves silence, no noise, from its first moment on; what comes with the right one is recorded',
    shared,
    async (recorded) => {
      const levels = await levelsOf(recorded.take.path('eve'));
      const until = Math.floor(recorded.correctedAtS * 100) - 20;
      const firstHeard = levels.findIndex((level) => level >= 33);
      expect(firstHeard).toBeGreaterThanOrEqual(until);
      const after = recorded.correctedAtS + 3;
      expect(share(await tone(recorded, 'eve', 880), after, after + 1.5)).toBeGreaterThan(most);
    },
  );

  timedTest('ends a command with an exit code of its own', shared, (recorded) => {
    const mistaken = recorded.results[1];
    expect(mistaken?.stderr).toMatch(
      /^error: The (camera|microphone) of ada was on, and it could not be decrypted/m,
    );
    expect(mistaken?.code).toBe(errorExitCodes.signalMissing);
    expect(jsonLines(mistaken?.stdout ?? '').at(-1)).toMatchObject({
      error: { code: 'signalMissing' },
      // Whether anything came before: on a busy machine the first packets are there before the SDK decrypts.
      signalGaps: Array(2).fill({ identity: 'ada', kind: 'notDecrypted' }),
    });
  });
});

describe('without a key', () => {
  timedTest('each encrypted track is named within three seconds, and what to do', shared, (recorded) => {
    const { missing, missingAfterMs } = recorded;
    expect(missing.map(({ info, error }) => `${error.code} ${info.identity} ${info.role}`).sort()).toEqual([
      'encryptedTrack ada camera',
      'encryptedTrack ada microphone',
      'encryptedTrack dan microphone',
      'encryptedTrack eve camera',
      'encryptedTrack eve microphone',
    ]);
    expect(missingAfterMs).toBeLessThan(3_000);
    expect(missing[0]?.error.hint).toContain('LIVEKIT_E2EE_KEY');
  });

  timedTest(
    'a command records the others, and says by its exit code that somebody is missing',
    shared,
    (recorded) => {
      const keyless = recorded.results[0];
      expect(keyless?.stderr).toMatch(
        /^warning: The camera of ada is end-to-end encrypted and needs a key: it is not recorded\.$/m,
      );
      expect(keyless?.stderr).toMatch(/^error: Not everything is recorded: ada/m);
      expect(keyless?.code).toBe(errorExitCodes.encryptedTrack);
      expect(jsonLines(keyless?.stdout ?? '').at(-1)).toMatchObject({
        files: [{ identity: 'ben', state: 'verified' }],
        notRecorded: Array(2).fill({ identity: 'ada', code: 'encryptedTrack' }),
      });
    },
  );
});

// However busy the machine is.
it('a key is in nothing that is written or printed', async () => {
  const recorded = await shared.get();
  const { folder } = recorded;
  const folders = [recorded.take.folder, ...(await readdir(folder)).map((name) => join(folder, name))];
  expect(folders).toHaveLength(4);
  const written = await Promise.all(
    folders.flatMap((path) =>
      ['manifest.json', 'telemetry.ndjson'].map((name) => readFile(join(path, name), 'utf8')),
    ),
  );
  const all = [...written, ...recorded.results.flatMap(({ stdout, stderr }) => [stdout, stderr])].join('\n');
  expect(all).toContain('needs a key');
  for (const secret of [passphrase, wrongPassphrase, ownPassphrase]) {
    expect(all).not.toContain(secret);
    expect(all).not.toContain(Buffer.from(secret).toString('base64').replace(/=+$/, ''));
  }
});
