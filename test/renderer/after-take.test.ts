import { describe, expect, it } from 'vitest';
import type { ConsoleState } from '../../src-main/contract/console.js';
import { change, copying, inRoom, known, numbers, recording } from './arrange.js';
import { copiedSink } from './fake-copied.js';
import { accountOf, endedTake, outcome } from './fake-ends.js';
import { snapshotAt } from './fake-numbers.js';
import { room, settings } from './fake-states.js';
import { groupStage } from './group-stage.js';
import { browserPath, needsBrowser } from './window-page.js';

const sizes = [
  ['dark', 900, 600],
  ['light', 1280, 800],
  ['dark', 1280, 800],
] as const;

describe.skipIf(browserPath === undefined)(`what is said of a take ${needsBrowser}`, () => {
  const stage = groupStage();

  it.each(sizes)(
    'stands when it has ended: drops, and the clock while it is saved, %s at %ix%i',
    (theme, width, height) =>
      stage.withPage({ theme, width, height }, async (page) => {
        await change(page, recording);
        await numbers(page, 'stormy', 200);
        const drops = page.locator('.drops-panel');
        const lost = drops.locator('.drop--loss').first();
        const before = await lost.innerText();
        await change(page, { recorder: 'finalizing', finalizingFraction: 0.43 });
        await page.evaluate(() => window.fake.sendSnapshot(200, { state: 'finalizing', takeMs: 200_000 }));
        await page.waitForTimeout(1_500);
        expect(await page.getByRole('timer').innerText()).toBe('00:03:20');
        await change(page, inRoom);
        await numbers(page, 'stormy', 200);
        await page.evaluate(() =>
          window.fake.sendSnapshot(0, { state: 'ready', takeMs: null, sinks: [], verdict: null }),
        );
        await page.getByText('Drops by cause, last take').waitFor();
        expect(await lost.innerText()).toBe(before);
        await page.screenshot({ path: `.artefacts/window/after-take-${theme}-${width}.png` });
      }),
  );

  it('is all that it lacks, in the bar of what was lost, as soon as it is checked', () =>
    stage.withPage({ theme: 'dark', width: 1280, height: 800 }, async (page) => {
      await change(page, recording);
      await numbers(page, 'losing', 200);
      const bar = page.locator('.losing');
      await bar.getByText('so far').waitFor();
      await page.evaluate(() => window.fake.sendSnapshot(0, { state: 'ready', takeMs: null, sinks: [] }));
      const ends = (losses: ReturnType<typeof accountOf>['losses']): Promise<void> => {
        const account = accountOf({ grade: 'losses', losses });
        const endedTakes = [endedTake({ takeName: recording.take.name, outcome: outcome({ account }) })];
        return change(page, { ...inRoom, take: null, endedTakes });
      };
      const { audio } = accountOf().losses;
      await ends({ audio, video: { dueFrames: 60_000, lostFrames: 40_084, missedFrames: 12 } });
      await bar.getByText('40,096 frames lost.').waitFor();
      // What seemed to be missing has come to light.
      await ends(accountOf().losses);
      await bar.waitFor({ state: 'detached' });
    }));

  it.each([...sizes, ['light', 900, 600] as const])(
    'is why it ended when nobody stopped it, and the same in notification and panel, %s at %ix%i',
    (theme, width, height) =>
      stage.withPage({ theme, width, height }, async (page) => {
        await change(page, recording);
        await numbers(page, 'calm', 200);
        const statement = page.locator('.drops-panel .health');
        await statement.getByText('Nothing lost so far').waitFor();
        await page.screenshot({ path: `.artefacts/window/nothing-lost-${theme}-${width}.png` });
        const takeName = recording.take.name;
        await change(page, {
          ...{ recorder: 'finalizing', finalizingFraction: 0.4 },
          endedTakes: [endedTake({ takeName, outcome: null })],
        });
        const toast = page.locator('.toast');
        await toast.getByText(`The room was ended by the server. ${takeName} is being saved.`).waitFor();
        const ends = (endedTakes: ConsoleState['endedTakes']): Promise<void> =>
          change(page, { ...inRoom, connection: 'waiting', take: null, endedTakes });
        await ends([endedTake({ takeName })]);
        await page.evaluate(() => window.fake.sendSnapshot(0, { state: 'ready', takeMs: null, sinks: [] }));
        await toast
          .getByText(`The take is kept: ${takeName} is finalized, intact and complete; nothing lost.`)
          .waitFor();
        await page.locator('.drops-panel .health--good').getByText('Nothing lost', { exact: true }).waitFor();
        expect(await toast.count()).toBe(1);
        await page.screenshot({ path: `.artefacts/window/ended-clean-${theme}-${width}.png` });
        const losses = {
          ...accountOf().losses,
          video: { dueFrames: 6_000, lostFrames: 84, missedFrames: 12 },
        };
        const account = accountOf({ grade: 'losses', gaps: 2, losses });
        await ends([
          endedTake({ takeName, endedAt: '2026-11-24T10:00:00.000Z', outcome: outcome({ account }) }),
        ]);
        await toast.getByText('but not complete; 96 frames lost, 2 gaps.').waitFor();
        await page.locator('.drops-panel .health--bad').getByText('96 frames lost, 2 gaps').waitFor();
        await page.screenshot({ path: `.artefacts/window/ended-lossy-${theme}-${width}.png` });
      }),
  );

  it('never is that nothing is lost beside a gap, while the take runs', () =>
    stage.withPage({ theme: 'dark', width: 1280, height: 800 }, async (page) => {
      await change(page, recording);
      await numbers(page, 'calm', 200);
      const statement = page.locator('.drops-panel .health');
      await statement.getByText('Nothing lost so far').waitFor();
      const [first, ...others] = snapshotAt(200_000, 0, 'calm').sinks;
      if (first === undefined) throw new Error('the fake has files');
      const sinks = [{ ...first, gaps: { count: 1, longestMs: 400 } }, ...others];
      await page.evaluate((lossy) => window.fake.sendSnapshot(200, { sinks: lossy }), sinks);
      await statement.getByText('1 gap').waitFor();
      await page.evaluate(() => window.fake.sendSnapshot(201, { connection: 'reconnecting' }));
      await statement.waitFor({ state: 'detached' });
    }));

  it('has a row for what its encoders lost before it went over to copy mode, and none for a rounding', () =>
    stage.withPage({ theme: 'dark', width: 1280, height: 800 }, async (page) => {
      await change(page, copying);
      const [first, second] = snapshotAt(200_000, 0, 'calm').sinks;
      if (!first?.video || second === undefined) throw new Error('the fake has files');
      const { accounting } = first.video;
      const video = {
        ...first.video,
        accounting: { ...accounting, dropped: { ...accounting.dropped, queueFull: 211 } },
      };
      const encoded = { ...first, video, audio: { ...first.audio, lostMs: 2 } };
      const sinks = [encoded, copiedSink(second)];
      await page.evaluate((lossy) => window.fake.sendSnapshot(200, { sinks: lossy }), sinks);
      await page.locator('.drop--loss').getByText('211').waitFor();
      expect(await page.locator('.drop--loss').count()).toBe(1);
    }));

  it('is nothing of the replay buffer once the room was left', () =>
    stage.withPage({ theme: 'dark', width: 1280, height: 800 }, async (page) => {
      const own = settings({ ...known, replaySeconds: 60 });
      await change(page, { ...inRoom, settings: own });
      await numbers(page, 'calm', null, 90);
      const replay = {
        ...{ seconds: 60, source: 'ownEncoders' as const, spanMs: 60_000, heldBytes: 12_000_000 },
        ...{ capBytes: 120_000_000, isCapped: false, problem: null },
      };
      await page.evaluate(
        (held) => window.fake.sendSnapshot(0, { takeMs: null, sinks: [], replay: held }),
        replay,
      );
      const note = page.locator('.transport__note');
      await note.getByText('uses CPU').waitFor();
      await change(page, { recorder: 'idle', connection: 'disconnected', source: null, participants: [] });
      await note.getByText('empty').waitFor();
    }));

  it.each([...sizes.map((size) => [...size, 'token', 'and a token is only one.'] as const)])(
    'is not, and all of the reason is there to be read, %s at %ix%i, %s',
    (...given) => {
      const [theme, width, height, credentialKind, end] = given;
      return stage.withPage({ theme, width, height }, async (page) => {
        const own = settings({ ...known, takeMode: 'copy', replaySeconds: 60 });
        await change(page, { ...inRoom, settings: own, source: { ...room, credentialKind } });
        await numbers(page, 'calm', null, 90);
        const reason = page.locator('.transport__take');
        await reason.getByText(end).waitFor();
        await page.screenshot({
          path: `.artefacts/window/copy-reason-${credentialKind}-${theme}-${width}.png`,
        });
        const [text, frame] = await reason.evaluate((element) => {
          const range = document.createRange();
          range.selectNodeContents(element);
          const own = element.getBoundingClientRect();
          const bar = element.closest('.transport')?.getBoundingClientRect();
          const all = range.getBoundingClientRect();
          return [
            { right: all.right, bottom: all.bottom },
            { right: own.right, bottom: bar?.bottom ?? 0 },
          ] as const;
        });
        expect(text.right).toBeLessThanOrEqual(frame.right + 0.5);
        expect(text.bottom).toBeLessThanOrEqual(frame.bottom);
      });
    },
  );

  it.each(sizes)('has its Delete in one place, whatever the take, %s at %ix%i', (theme, width, height) =>
    stage.withPage({ theme, width, height }, async (page) => {
      await change(page, inRoom);
      await page.keyboard.press('2');
      await page.locator('.files').waitFor();
      const place = async () => {
        const [button, panel] = [
          await page
            .locator('.take-actions')
            .getByRole('button', { name: /^Delete/ })
            .boundingBox(),
          await page.locator('.take-actions').boundingBox(),
        ];
        return [button?.x, (button?.y ?? NaN) - (panel?.y ?? NaN)];
      };
      const encoded = await place();
      await page.locator('.take-list').getByText('Copy').click();
      await page.getByRole('button', { name: 'Make MP4' }).waitFor();
      await page.screenshot({ path: `.artefacts/window/take-delete-${theme}-${width}.png` });
      expect(await place()).toEqual(encoded);
    }),
  );
});
