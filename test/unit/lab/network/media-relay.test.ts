import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ImpairedQueue } from '../../../../src-main/lab/network/impaired-queue.js';
import { MediaRelay } from '../../../../src-main/lab/network/media-relay.js';

let server: Socket;
let relay: MediaRelay;
const clients: Socket[] = [];

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

beforeEach(async () => {
  server = await bound();
  // It answers each packet, to where it came from.
  server.on('message', (packet, from) => server.send(`${String(packet)} answered`, from.port, from.address));
  relay = await MediaRelay.start(server.address().port);
});

afterEach(() => {
  relay.close();
  server.close();
  for (const client of clients.splice(0)) client.close();
});

async function client(): Promise<Socket> {
  const socket = await bound();
  clients.push(socket);
  return socket;
}

it('passes on both ways, each client apart', async () => {
  const [ada, ben] = [await client(), await client()];
  const senders: number[] = [];
  server.on('message', (_packet, { port }: RemoteInfo) => senders.push(port));
  const answers = [once(ada, 'message'), once(ben, 'message')];
  ada.send('ada', relay.port, '127.0.0.1');
  ben.send('ben', relay.port, '127.0.0.1');
  const heard = (await Promise.all(answers)) as [Buffer, RemoteInfo][];
  expect(heard.map(([packet]) => String(packet))).toEqual(['ada answered', 'ben answered']);
  expect(heard.map(([, { port }]) => port)).toEqual([relay.port, relay.port]);
  expect(new Set(senders).size).toBe(2);
  expect(senders).not.toContain(ada.address().port);
});

it('loses everything while the line is cut, and nothing before and after', () => {
  const queue = new ImpairedQueue(1);
  const arrived: string[] = [];
  queue.push(() => arrived.push('before'));
  queue.impairment = { lossRatio: 1, jitterMs: 0 };
  queue.push(() => arrived.push('lost'));
  queue.impairment = { lossRatio: 0, jitterMs: 0 };
  queue.push(() => arrived.push('after'));
  expect(arrived).toEqual(['before', 'after']);
});

it('loses the share that it was told to, the same for the same seed', () => {
  const arrivedOf = (seed: number): number[] => {
    const queue = new ImpairedQueue(seed);
    queue.impairment = { lossRatio: 0.05, jitterMs: 0 };
    const arrived: number[] = [];
    for (let packet = 0; packet < 10_000; packet += 1) queue.push(() => arrived.push(packet));
    return arrived;
  };
  const arrived = arrivedOf(1);
  expect(arrived.length).toBeGreaterThan(9_400);
  expect(arrived.length).toBeLessThan(9_600);
  expect(arrivedOf(1)).toEqual(arrived);
  expect(arrivedOf(2)).not.toEqual(arrived);
});

it('delays each packet by itself, up to the jitter, and delivers all of them', () => {
  vi.useFakeTimers();
  try {
    const queue = new ImpairedQueue(1);
    queue.impairment = { lossRatio: 0, jitterMs: 50 };
    const arrived: { packet: number; atMs: number }[] = [];
    for (let packet = 0; packet < 200; packet += 1) {
      queue.push(() => arrived.push({ packet, atMs: performance.now() }));
    }
    const startMs = performance.now();
    expect(arrived).toEqual([]);
    vi.advanceTimersByTime(51);
    expect(arrived).toHaveLength(200);
    const lateMs = arrived.map(({ atMs }) => atMs - startMs);
    expect(Math.min(...lateMs)).toBeLessThan(5);
    expect(Math.max(...lateMs)).toBeGreaterThan(45);
    expect(arrived.map(({ packet }) => packet)).not.toEqual([...arrived.keys()]);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
