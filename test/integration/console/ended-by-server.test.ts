import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RoomServiceClient } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import type { EndedTake } from '#engine/contract/ended-take.js';
import { describeEnd, endText } from '#engine/format/take-end-text.js';
import { describeOutcome } from '#engine/format/take-outcome.js';
import { startSyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { openBrowserConsole } from '../../fixtures/browser-console.js';

it('says of a take whose room the server has ended why, and what is in it', { timeout: 90_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plateau-ended-'));
  const server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  const camera = { width: 320, height: 180, fps: 15 };
  const people = await startSyntheticRoom({
    ...{ url, apiKey, apiSecret, room: 'standup' },
    participants: [{ identity: 'ada', camera }],
  });
  const service = await openBrowserConsole(folder, '/takes/');
  try {
    const credentials = { kind: 'apiKey', apiKey, apiSecret } as const;
    const source = { url, room: 'standup', credentials, remembersSecret: false };
    expect(await service.run('connect', source)).toMatchObject({ ok: true });
    expect(await service.run('startTake', {})).toMatchObject({ ok: true });
    const takeName = service.state.take?.name ?? '';
    let written = 0;
    const told: EndedTake[] = [];
    service.subscribe((event) => {
      if (event.type === 'snapshot') written = event.snapshot.sinks[0]?.video?.accounting.written ?? 0;
      if (event.type === 'state') told.push(...(event.state.endedTakes ?? []));
    });
    await expect.poll(() => written, { timeout: 20_000 }).toBeGreaterThan(45);
    await new RoomServiceClient(url.replace('ws', 'http'), apiKey, apiSecret).deleteRoom('standup');
    await expect.poll(() => told.find(({ outcome }) => outcome !== null), { timeout: 30_000 }).toBeDefined();
    const [first] = told;
    const last = told[told.length - 1];
    if (first === undefined || last === undefined || last.outcome === null) throw new Error('It has ended.');
    expect(endText(describeEnd(first))).toBe(`The room was ended by the server. ${takeName} is being saved.`);
    expect(last).toMatchObject({ takeName, reason: 'roomEnded', outcome: { files: 1, isVerified: true } });
    // What was lost on a machine that is busy is said, and in the very words of the panel.
    const { text } = describeOutcome(last.outcome);
    expect(text).not.toBe('');
    expect(endText(describeEnd(last))).toMatch(
      /^The room was ended by the server\. The take is kept: standup-\S+ is finalized(?: and|,) intact/,
    );
    expect(endText(describeEnd(last))).toContain(text);
    const manifest = await service.run('listTakes', {});
    expect(manifest).toMatchObject({ value: [{ takeName, condition: 'verified' }] });
    if (last.outcome.account?.grade === 'complete') expect(last.outcome.problem).toBeNull();
  } finally {
    await service.close();
    await people.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
