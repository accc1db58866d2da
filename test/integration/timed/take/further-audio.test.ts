import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TrackSource } from '@livekit/rtc-node';
import { expect } from 'vitest';
import { profiles } from '#engine/contract/profile.js';
import { verifyTake } from '#engine/finalize/verify-take.js';
import { between, readingMs, toneShares } from '../../../fixtures/plain-content.js';
import { PlainParticipant } from '../../../fixtures/plain-participant.js';
import type { FinishedTake } from '../../../fixtures/recording-harness.js';
import { shareHarness } from '../../../fixtures/shared-harness.js';
import { SharedTake, timedTest } from '../../../fixtures/timed-test.js';

interface Recorded {
  readonly take: FinishedTake;
  /** When the second microphone came and went, in seconds of the take. */
  readonly atS: { readonly on: number; readonly off: number };
  readonly overload: string | null;
}

const harness = shareHarness();
const shared = new SharedTake(() => record());

async function record(): Promise<Recorded> {
  let ada: PlainParticipant | null = null;
  const atS = { on: 0, off: 0 };
  const take = await harness.record({
    profile: { ...profiles.source, canvas: { width: 160, height: 90 }, maxFps: null },
    furtherAudio: 'stream',
    participants: [],
    before: async (room) => {
      ada = await PlainParticipant.join(room, 'ada');
      await ada.publishTone(440);
      await ada.publishVideo({ width: 160, height: 90, fps: 10, color: [81, 90, 240] });
    },
    during: async ({ recorder, until }) => {
      const now = (): number => (recorder.snapshot().takeMs ?? NaN) / 1000;
      await until(1.5);
      const second = await ada?.publishTone(880, TrackSource.SOURCE_UNKNOWN, 'background');
      atS.on = now();
      await until(atS.on + 3);
      await second?.unpublish();
      atS.off = now();
      await until(atS.off + 1.5);
    },
  });
  await (ada as PlainParticipant | null)?.leave();
  return { take, atS, overload: take.overload };
}

timedTest(
  'a further microphone is an audio stream of its participant’s file',
  shared,
  async ({ atS, take }) => {
    expect(take.manifest).toMatchObject({ state: 'complete', problem: null });
    expect(take.manifest.files).toMatchObject([
      {
        file: 'ada.mp4',
        state: 'verified',
        furtherAudio: [{ trackNumber: 2, tracks: [{ name: 'background' }] }],
      },
    ]);
    expect((await readdir(take.folder)).filter((name) => name.endsWith('.m4a'))).toEqual([]);
    expect(take.events.map(({ name }) => name)).toContain('furtherAudioAdded');
    const verified = await verifyTake(take.folder, 'full');
    expect(verified).toMatchObject({ ok: true, files: [{ findings: [], furtherAudio: [{}] }] });

    const path = join(take.folder, 'ada.mp4');
    const heard = async (stream: number, hz: number): Promise<number[]> => toneShares(path, hz, stream);
    const [own, foreign] = [await heard(0, 440), await heard(0, 880)];
    expect(Math.max(...foreign)).toBeLessThan(0.05);
    const aSecond = 1000 / readingMs;
    expect(own.filter((share) => share > 0.5).length).toBeGreaterThan(3 * aSecond);
    const [further, wrong] = [await heard(1, 880), await heard(1, 440)];
    expect(Math.max(...wrong)).toBeLessThan(0.05);
    expect(Math.max(...between(further, 0, atS.on))).toBe(0);
    const during = between(further, atS.on + 1, atS.off - 0.5);
    expect(during.filter((share) => share > 0.5).length).toBeGreaterThan(during.length / 2);
    expect(Math.max(...between(further, atS.off + 1, 60))).toBe(0);
  },
);
