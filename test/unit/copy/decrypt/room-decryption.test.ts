import { describe, expect, it, vi } from 'vitest';
import { readMediaKeys } from '#engine/contract/media-keys.js';
import type { FrameDecryption } from '#engine/copy/contract.js';
import { RoomDecryption } from '#engine/copy/decrypt/room-decryption.js';
import { FrameEncryptor } from '../../../fixtures/encrypted-frames.js';

const passphrase = 'correct horse battery staple';
const packet = Buffer.concat([Buffer.from([0x78]), Buffer.alloc(60, 0x21)]);
const noTrailer = (): Uint8Array => new Uint8Array();

async function room(given: unknown): Promise<RoomDecryption> {
  const keys = readMediaKeys(typeof given === 'string' ? given : JSON.stringify(given));
  if (keys === null) throw new Error('There is no key.');
  return RoomDecryption.from(keys);
}

async function isOpened(decryption: FrameDecryption, by: FrameEncryptor): Promise<boolean> {
  return decryption.decrypt(await by.opus(packet), 1)?.equals(packet) ?? false;
}

/** Looks again with another frame until it is decrypted: the next key is derived on another thread. */
async function untilOpened(decryption: FrameDecryption, by: FrameEncryptor): Promise<void> {
  await vi.waitFor(async () => expect(await isOpened(decryption, by)).toBe(true), {
    timeout: 5_000,
    interval: 20,
  });
}

describe('the keys of a room', () => {
  it('are of everybody, or of one, who may have several by their index', async () => {
    const keys = await room({
      keys: [
        { passphrase },
        { passphrase: 'later', index: 200 },
        { passphrase: 'hers', participant: 'ada', index: 3 },
      ],
    });
    const [ada, ben] = [keys.of('ada', noTrailer), keys.of('ben', noTrailer)];
    const shared = await FrameEncryptor.with({ passphrase });
    const later = await FrameEncryptor.with({ passphrase: 'later' }, 200);
    const hers = await FrameEncryptor.with({ passphrase: 'hers' }, 3);
    const answers = [];
    for (const who of [ada, ben])
      for (const by of [shared, later, hers]) answers.push(await isOpened(who, by));
    expect(answers).toEqual([true, true, true, true, true, false]);
    // Back to one that was used before, and to one that nobody has.
    expect(await isOpened(ada, shared)).toBe(true);
    shared.index = 1;
    expect(await isOpened(ada, shared)).toBe(false);
  });

  it('may be bytes, from which others are derived, and may have a salt of their own', async () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
    const given = { keys: [{ key: key.toString('base64') }] };
    const by = await FrameEncryptor.with({ key });
    expect(await isOpened((await room(given)).of('ada', noTrailer), by)).toBe(true);
    expect(await isOpened((await room({ ...given, salt: 'other' })).of('ada', noTrailer), by)).toBe(false);
    expect(await isOpened((await room({ ...given, derivation: 'pbkdf2' })).of('ada', noTrailer), by)).toBe(
      false,
    );
  });

  it('are known by whom they are for', async () => {
    const keys = await room({ keys: [{ passphrase, participant: 'ada' }] });
    expect(keys.hasKeyFor('ada')).toBe(true);
    expect(keys.hasKeyFor('ben')).toBe(false);
    expect((await room(passphrase)).hasKeyFor('ben')).toBe(true);
  });
});

describe('a key that is ratcheted', () => {
  it('is followed, for all tracks of whoever did it, and for nobody else', async () => {
    const keys = await room(passphrase);
    const [camera, microphone, ben] = ['ada', 'ada', 'ben'].map((who) => keys.of(who, noTrailer));
    if (camera === undefined || microphone === undefined || ben === undefined) throw new Error();
    const [adas, bens] = [
      await FrameEncryptor.with({ passphrase }),
      await FrameEncryptor.with({ passphrase }),
    ];
    expect(await isOpened(camera, adas)).toBe(true);
    const before = await adas.opus(packet);
    await adas.ratchet();
    await untilOpened(camera, adas);
    expect(await isOpened(microphone, adas)).toBe(true);
    // What was on its way still comes.
    expect(microphone.decrypt(before, 1)).toEqual(packet);
    expect(await isOpened(ben, bens)).toBe(true);
    expect(await isOpened(camera, adas)).toBe(true);
  });

  it('is followed over several steps at once, and again from there', async () => {
    const ada = (await room(passphrase)).of('ada', noTrailer);
    const by = await FrameEncryptor.with({ passphrase });
    for (let step = 0; step < 4; step += 1) await by.ratchet();
    await untilOpened(ada, by);
    await by.ratchet();
    await untilOpened(ada, by);
  });

  it('is left for the one that was given by who comes back with that, and is followed again from there', async () => {
    const keys = await room(passphrase);
    const by = await FrameEncryptor.with({ passphrase });
    const [microphone, camera] = [keys.of('ada', noTrailer), keys.of('ada', noTrailer)];
    expect(await isOpened(microphone, by)).toBe(true);
    for (let step = 0; step < 2; step += 1) {
      await by.ratchet();
      await untilOpened(microphone, by);
    }
    const again = await FrameEncryptor.with({ passphrase });
    await untilOpened(camera, again);
    // What the session before has sent may still be on its way.
    expect(await isOpened(microphone, by)).toBe(true);
    await again.ratchet();
    await untilOpened(camera, again);
  });

  it('is lost beyond the window, which may be none', async () => {
    const by = await FrameEncryptor.with({ passphrase });
    await by.ratchet();
    const never = (await room({ keys: [{ passphrase }], ratchetWindow: 0 })).of('ada', noTrailer);
    const once = (await room({ keys: [{ passphrase }], ratchetWindow: 1 })).of('ada', noTrailer);
    await untilOpened(once, by);
    expect(await isOpened(never, by)).toBe(false);
    await by.ratchet();
    await by.ratchet();
    // Longer than the next keys take.
    for (const deadline = performance.now() + 600; performance.now() < deadline;)
      expect([await isOpened(once, by), await isOpened(never, by)]).toEqual([false, false]);
  });
});

it('never throws, and never grows what it is given', async () => {
  const ada = (await room({ keys: [{ passphrase, participant: 'ada' }], ratchetWindow: 0 })).of('ada', () =>
    Buffer.from('SIF'),
  );
  const sealed = await (await FrameEncryptor.with({ passphrase })).encrypt(Buffer.alloc(200, 7), 10);
  for (let bytes = 0; bytes <= sealed.length; bytes += 1) {
    for (const clearBytes of [0, 1, 3, 10]) {
      const cut = Buffer.from(sealed.subarray(sealed.length - bytes));
      const opened = ada.decrypt(cut, clearBytes);
      expect(opened === null).toBe(bytes < sealed.length || clearBytes !== 10);
      expect(ada.ownPart(cut)?.length ?? 0).toBeLessThanOrEqual(cut.length);
    }
  }
});
