/** What Node 12's modules lack of what the engine uses, and the modules that it does not know at all. */
import childProcess from 'node:child_process';
import crypto from 'node:crypto';
import events from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import Module from 'node:module';
import os from 'node:os';
import path from 'node:path';
import stream from 'node:stream';
import { fileURLToPath } from 'node:url';
import util from 'node:util';
import workerThreads, { type WorkerOptions } from 'node:worker_threads';
import zlib from 'node:zlib';
import { addMissing, randomUUID } from './node-globals.js';

const untilPiped = util.promisify(stream.pipeline) as (...streams: unknown[]) => Promise<void>;

/** Without the options that may come last: nothing is aborted here. */
function pipeline(...parts: unknown[]): Promise<void> {
  return untilPiped(...parts.filter((part) => part instanceof stream.Stream));
}

interface RemoveOptions {
  readonly recursive?: boolean;
  readonly force?: boolean;
}

async function remove(
  target: string,
  { recursive = false, force = false }: RemoveOptions = {},
): Promise<void> {
  try {
    const isFolder = (await fs.promises.lstat(target)).isDirectory();
    // oxlint-disable-next-line typescript/no-deprecated -- this old Node has no fs.rm
    await (isFolder ? fs.promises.rmdir(target, { recursive }) : fs.promises.unlink(target));
  } catch (error) {
    if (!force || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Free space by `df`, which Node 12 cannot ask for itself. */
async function statfs(target: string): Promise<{ bavail: number; bsize: number }> {
  const { stdout } = await util.promisify(childProcess.execFile)('df', ['-kP', target]);
  return { bavail: Number(stdout.split('\n')[1]?.split(/\s+/)[3]), bsize: 1024 };
}

function wait<T>(ms: number, value?: T): Promise<T | undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms));
}

/** Enough to ask the demo's server whether it is up. */
function fetchBytes(
  url: string,
): Promise<{ ok: boolean; status: number; arrayBuffer: () => Promise<Buffer> }> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        const body = Buffer.concat(chunks);
        resolve({ ok: status >= 200 && status < 300, status, arrayBuffer: () => Promise.resolve(body) });
      });
    });
    request.on('error', reject);
  });
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ ((value & 1) * 0xedb88320);
  return value;
});

/** As zlib's own, byte by byte. */
function crc32(data: Uint8Array, before = 0): number {
  let value = ~before;
  for (const byte of data) value = (value >>> 8) ^ (crcTable[(value ^ byte) & 0xff] ?? 0);
  return ~value >>> 0;
}

/** Hashes can be read while they go on: what they were given is kept, for takes here are short. */
function letHashesBeCopied(): void {
  const { createHash } = crypto;
  crypto.createHash = (algorithm: string) => {
    const hash = createHash(algorithm);
    if ('copy' in hash) return hash;
    const update = (hash as crypto.Hash).update.bind(hash);
    const given: Buffer[] = [];
    return Object.assign(hash as crypto.Hash, {
      update: (data: Uint8Array | string) => {
        given.push(Buffer.from(data as Uint8Array));
        update(data);
        return hash;
      },
      copy: () => given.reduce((copy, part) => copy.update(part), createHash(algorithm)),
    });
  };
}

/** Takes its file as an address too. */
class OldWorker extends workerThreads.Worker {
  constructor(file: string | URL, options?: WorkerOptions) {
    super(typeof file === 'string' ? file : fileURLToPath(file.href), options);
  }
}

class SilentChannel {
  readonly hasSubscribers = false;
  publish(): void {
    // Nobody listens.
  }
}
const channel = (): SilentChannel => new SilentChannel();

const unknownModules: Readonly<Record<string, unknown>> = {
  'fs/promises': fs.promises,
  'stream/promises': { pipeline, finished: util.promisify(stream.finished) },
  'timers/promises': { setTimeout: wait },
  'stream/web': globalThis,
  'util/types': util.types,
  worker_threads: { ...workerThreads, Worker: OldWorker },
  diagnostics_channel: { channel, tracingChannel: channel, Channel: SilentChannel },
};

interface Loader {
  _load(request: string, parent: unknown, isMain: boolean): unknown;
}

/** @param packageFile the project's package.json, which Node 12 does not find as `#package` */
export function addModules(packageFile: string): void {
  addMissing(globalThis, { fetch: fetchBytes });
  addMissing(fs.promises, { rm: remove, statfs, constants: fs.constants });
  addMissing(crypto, { randomUUID });
  // Signals there warn of nothing.
  addMissing(events, { setMaxListeners: () => undefined });
  addMissing(process, { constrainedMemory: () => 0 });
  addMissing(os, { availableParallelism: () => os.cpus().length });
  addMissing(stream.Readable, { toWeb: (readable: stream.Readable) => readable });
  addMissing(zlib, { crc32 });
  letHashesBeCopied();
  addMissing(util, { stripVTControlCharacters: (text: string) => text });
  const { memoryUsage } = process;
  process.memoryUsage = Object.assign(() => ({ ...memoryUsage(), arrayBuffers: 0 }), {
    rss: () => memoryUsage().rss,
  });

  const loader = Module as unknown as Loader;
  const load = loader._load.bind(loader);
  loader._load = (request, parent, isMain) => {
    const name = request.replace(/^node:/, '');
    if (name in unknownModules) return unknownModules[name];
    if (name === '#package') return JSON.parse(fs.readFileSync(packageFile, 'utf8')) as unknown;
    // Only to be silenced: the bundle has a log of its own.
    if (name.endsWith('/log.cjs')) return { log: {} };
    return load(name, parent, isMain);
  };
}

/** Base64 in the alphabet for addresses, which access tokens are written in. */
export function addBase64Url(): void {
  const prototype = Buffer.prototype as { toString: (encoding?: string, ...range: number[]) => string };
  const { toString } = prototype;
  prototype.toString = function (encoding, ...range) {
    if (encoding !== 'base64url') return toString.call(this, encoding, ...range);
    const text = toString.call(this, 'base64', ...range);
    return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  };
  const buffers = Buffer as unknown as { from: (value: unknown, ...rest: unknown[]) => Buffer };
  const from = buffers.from.bind(Buffer);
  // Its decoder reads both alphabets.
  buffers.from = (value, encoding, ...rest) =>
    from(value, encoding === 'base64url' ? 'base64' : encoding, ...rest);
}

/** Node 12 does not tell that a process has started. */
export function tellSpawned(): void {
  const { spawn } = childProcess;
  childProcess.spawn = ((command: string, args: readonly string[], options: childProcess.SpawnOptions) => {
    const child = spawn(command, args, options);
    if (child.pid !== undefined) process.nextTick(() => child.emit('spawn'));
    return child;
  }) as typeof spawn;
}

/** The synthetic people are not what is tried here: they live in today's Node, with the project's own build. */
export function forkInTodaysNode(nodeFile: string, engineFolder: string): void {
  const { fork } = childProcess;
  childProcess.fork = ((file: string, args: readonly string[], options: childProcess.ForkOptions) => {
    // A bundle has no folders: whose process it is shows in its name.
    const lab = path.join(engineFolder, 'lab');
    const candidates = fs.readdirSync(lab).map((room) => path.join(lab, room, path.basename(file)));
    const built = candidates.find((candidate) => fs.existsSync(candidate)) ?? file;
    const env = { ...(options.env ?? process.env) };
    delete env['ELECTRON_RUN_AS_NODE'];
    return fork(built, args, { ...options, env, execPath: nodeFile });
  }) as typeof fork;
}
