import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unaccountedCopies } from '#engine/contract/copy-account.js';
import { lostFrames, unaccountedFrames } from '#engine/contract/drop-causes.js';
import { lostPackets } from '#engine/contract/loss-account.js';
import { manifestSchema } from '#engine/contract/manifest.js';
import { analyseTakeContent } from '#engine/lab/content/take-content.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { freeTcpPort, freeUdpPort } from '#engine/lab/server/loopback-ports.js';
import { type BlockedLine, blockedLine } from '../../fixtures/blocked-line.js';
import { type CommandResult, jsonLines, RunningCommand } from '../../fixtures/command.js';
import { expectRecorded } from '../../fixtures/recorded-exit.js';
import { turnDomain, writeTurnCertificate } from '../../fixtures/turn-certificate.js';

const camera = { width: 640, height: 360, fps: 30 };

let root: string;
let server: EmbeddedServer;
let room: SyntheticRoom;
let ports: {
  readonly tcp: number;
  readonly turnUdp: number;
  readonly turnTls: number;
  readonly free: number;
};
let certificate: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-blocked-'));
  const pem = await writeTurnCertificate(root);
  certificate = pem.certificate;
  ports = {
    ...{ tcp: await freeTcpPort(), turnUdp: await freeUdpPort() },
    ...{ turnTls: await freeTcpPort(), free: await freeTcpPort() },
  };
  server = await startLivekitServer({
    mediaTcpPort: ports.tcp,
    turn: { domain: turnDomain, udpPort: ports.turnUdp, tls: { port: ports.turnTls, ...pem } },
  });
  const { url, apiKey, apiSecret } = server;
  room = await startSyntheticRoom({
    ...{ url, apiKey, apiSecret, room: 'studio' },
    participants: [{ identity: 'ada', camera }],
  });
});

afterAll(async () => {
  await room.stop();
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

async function record(line: BlockedLine): Promise<{ readonly out: string; readonly result: CommandResult }> {
  const out = await mkdtemp(join(root, 'takes-'));
  const environment = {
    ...blockedLine(line),
    ...{ LIVEKIT_URL: server.url, LIVEKIT_API_KEY: server.apiKey, LIVEKIT_API_SECRET: server.apiSecret },
  };
  const of = ['--room', 'studio', '--out', out, '--mode', 'copy'];
  const result = await new RunningCommand(['record', ...of, '--duration', '4s', '--json'], environment).ended;
  return { out, result };
}

/** What the log says of the way of media. */
function detours({ stdout }: CommandResult): unknown[] {
  return jsonLines(stdout).flatMap((line) => (line['name'] === 'mediaDetour' ? [line['details']] : []));
}

describe('a take in copy mode whose line lets no datagram to the media port through', () => {
  const throughTls = (): BlockedLine['tls'] => ({ domain: turnDomain, port: ports.turnTls, certificate });
  it.each([
    { way: 'turnUdp', blocked: () => ({ udpPorts: [], tcpPorts: [ports.tcp] }) },
    { way: 'tcp', blocked: () => ({ udpPorts: [ports.turnUdp] }) },
    {
      way: 'turnTls',
      blocked: () => ({ udpPorts: [ports.turnUdp], tcpPorts: [ports.tcp], tls: throughTls() }),
    },
  ])('has every packet and frame by $way', async ({ blocked, way }) => {
    const line = blocked();
    const { out, result } = await record({ ...line, udpPorts: [...line.udpPorts, server.mediaPort] });
    const [name] = await readdir(out);
    if (name === undefined)
      throw new Error(
        `There is no take: ${result.code}, ${JSON.stringify(jsonLines(result.stdout).filter(({ type }) => type !== 'snapshot'))}`,
      );
    const manifest = manifestSchema.parse(
      JSON.parse(await readFile(join(out, name, 'manifest.json'), 'utf8')),
    );
    expectRecorded(result, manifest);
    expect(detours(result)).toEqual([{ way }]);
    expect(result.stdout + result.stderr).not.toContain(server.apiSecret);

    const [file] = manifest.files;
    if (file?.copy === undefined) throw new Error('It is no copied take.');
    const { audio, video } = file.copy;
    expect(file.stamps?.intact.isEarned).toBe(true);
    expect(file.stamps?.complete.isEarned).toBe(lostPackets(file.copy) === 0);
    expect(unaccountedCopies(video) + unaccountedCopies(audio)).toBe(0);
    expect(unaccountedFrames(file.video) + unaccountedFrames(file.audio)).toBe(0);
    expect(video.packets.expected).toBeGreaterThanOrEqual(video.frames.begun);

    const { counters, frames } = await analyseTakeContent(join(out, name, file.file), { frames: [camera] });
    const shown = frames.filter(({ counter }) => counter !== null);
    expect(shown).toHaveLength(video.frames.written);
    expect(shown.length).toBeGreaterThan(45);
    expect(counters).toMatchObject({ duplicated: [], backwards: [] });
    expect(counters.missing.length).toBeLessThanOrEqual(file.missedFrames + lostFrames(file.video.dropped));
    // The way is looked for before the take begins.
    expect(shown[0]?.ptsMs).toBeLessThan(1_500);
  });

  it('is refused where no other way leads there, with what was tried and what to do', async () => {
    const { out, result } = await record({
      udpPorts: [server.mediaPort, ports.turnUdp],
      tcpPorts: [ports.tcp],
      tls: { domain: turnDomain, port: ports.free, certificate },
    });
    expect(jsonLines(result.stdout).at(-1)).toMatchObject({
      type: 'result',
      exitCode: 3,
      error: {
        code: 'noMediaPath',
        message: expect.stringContaining('(tried: UDP, TCP, TURN over UDP, TURN over TLS)') as string,
        hint: expect.stringContaining('--mode encode') as string,
      },
    });
    expect(result.code).toBe(3);
    expect(await readdir(out)).toEqual([]);
  });
});
