import { expect } from 'vitest';
import type { CommandInput, CommandName, CommandOutput } from '#engine/contract/console.js';
import type { HeardAudio } from '#engine/contract/media-events.js';

type Call = <Name extends CommandName>(name: Name, input: CommandInput<Name>) => Promise<CommandOutput<Name>>;

/** What a window does whose tile is enlarged: it asks again when it has drawn; another one of somebody who is not there. */
export async function expectLiveImages(ok: Call, identity: string): Promise<void> {
  const feed = { identity, kind: 'participant' } as const;
  const images = new Set<string>();
  // Of a room that was just joined the first frame is still on its way.
  for (let asks = 0; asks < 60 && (await ok('nextImage', feed)) === null; asks += 1);
  const beganMs = performance.now();
  for (let answers = 0; answers < 12; answers += 1) {
    const image = await ok('nextImage', feed);
    if (image === null) continue;
    expect(image).toMatchObject({ width: 640, height: 360 });
    expect(Buffer.from(image.i420, 'base64')).toHaveLength((640 * 360 * 3) / 2);
    images.add(image.i420);
  }
  const perSecond = images.size / ((performance.now() - beganMs) / 1000);
  // Ten a second of a camera of 30 fps; a machine that is busy with others gives fewer, and a thumbnail is one.
  expect(perSecond).toBeGreaterThan(2);
  expect(perSecond).toBeLessThan(12);
  expect(await ok('nextImage', { identity: 'nobody', kind: 'participant' })).toBeNull();
  expect(await ok('nextImage', { identity, kind: 'screenShare' })).toBeNull();
}

/** What a window does that listens to somebody: piece by piece, without a hole, for a second, and until they beep. */
export async function expectSound(ok: Call, identity: string): Promise<void> {
  const feed = { identity, kind: 'participant' } as const;
  let [after, loudest, samples]: [number | null, number, number] = [null, 0, 0];
  // The synthetic microphones beep once a second, and where a second begins is a matter of chance.
  const isEnough = (): boolean => samples >= 48_000 && (loudest > 1_000 || samples >= 240_000);
  for (let asks = 0; asks < 600 && !isEnough(); asks += 1) {
    const heard: HeardAudio | null = await ok('nextAudio', { ...feed, after });
    if (heard === null) continue;
    const pcm = Buffer.from(heard.pcm, 'base64');
    if (after !== null) expect(heard.end - after).toBe(pcm.length / 2 + heard.droppedSamples);
    for (let at = 0; at < pcm.length; at += 2) loudest = Math.max(loudest, Math.abs(pcm.readInt16LE(at)));
    samples += pcm.length / 2;
    after = heard.end;
  }
  expect(samples).toBeGreaterThanOrEqual(48_000);
  expect(loudest).toBeGreaterThan(1_000);
  expect(await ok('nextAudio', { identity: 'nobody', kind: 'participant', after: null })).toBeNull();
}
