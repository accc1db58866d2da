import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PlateauError } from '../../contract/errors.js';
import { childEnd, endInStages, type EndStage } from '../../process/child-lifetime.js';
import { type OutputChild, startChild } from '../../process/start-child.js';
import { TextTail } from '../../process/text-tail.js';
import { temporaryFolderError } from '../../process/user-folders.js';
import { findLivekitServer } from './livekit-server-binary.js';
import { freeTcpPort, freeUdpPort } from './loopback-ports.js';

/** It answers within a second; a machine that is busy may need many times that. */
const readyTimeoutMs = 20_000;
/** Nobody waits noticeably longer than the server needs, and it is asked 25 times a second only. */
const readyPollMs = 40;
/** The first SIGTERM makes livekit-server wait for its rooms to empty, the second one does not. */
const endStages: readonly EndStage[] = [
  { ask: 'SIGTERM', patienceMs: 250 },
  { ask: 'SIGTERM', patienceMs: 2_000 },
];
/** Between picking a free port and the server's bind somebody else may take it. */
const portAttempts = 3;

/** How the server is started. */
export interface EmbeddedServerOptions {
  /** The binary; otherwise it is looked for (LIVEKIT_SERVER_PATH, PATH, cache). */
  readonly binaryPath?: string;
  /** livekit-server's own log level. */
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error';
  /** Whether joining a room that is not open opens it; true when left out. */
  readonly opensRooms?: boolean;
  /** TCP port of media, on all interfaces; none when left out. */
  readonly mediaTcpPort?: number;
  /** Its own TURN server; none when left out. */
  readonly turn?: EmbeddedTurn;
}

/** The TURN server within livekit-server, on loopback. */
export interface EmbeddedTurn {
  /** What clients are told to look up for TLS; the server names port 443 there, whatever its own is. */
  readonly domain: string;
  /** Null: none over UDP. */
  readonly udpPort: number | null;
  /** Null: none over TLS. Certificate and key are paths of PEM files. */
  readonly tls: { readonly port: number; readonly certificate: string; readonly key: string } | null;
}

/** A livekit-server on loopback that lives no longer than this process. */
export interface EmbeddedServer {
  /** `ws://127.0.0.1:port` */
  readonly url: string;
  /** UDP port of media. */
  readonly mediaPort: number;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Of the running server; undefined while none runs. */
  readonly pid: number | undefined;
  /** Ends the server: SIGTERM, then SIGKILL. Idempotent; there is no way back. */
  stop(): Promise<void>;
  /** Ends the server as a crash would; `restart` brings it back. */
  kill(): Promise<void>;
  /** Starts it again on the same ports with the same key, for reconnect tests. Rooms are forgotten. */
  restart(): Promise<void>;
}

interface Ports {
  readonly signalPort: number;
  readonly mediaPort: number;
}

const apiKey = 'devkey';

interface ServerSettings {
  readonly ports: Ports;
  readonly logLevel: string;
  readonly opensRooms: boolean;
  readonly mediaTcpPort: number;
  readonly turn: EmbeddedTurn | null;
}

function serverConfig(settings: ServerSettings, apiSecret: string): string {
  const { logLevel, mediaTcpPort, opensRooms, ports, turn } = settings;
  // tcp_port 0: livekit's ICE over TCP would listen on all interfaces.
  // stun_servers: without one LiveKit names public servers, which each connection looks up; without a network
  // that takes WebRTC's resolver threads, and their memory, many seconds. An address needs no look-up.
  return `port: ${ports.signalPort}
bind_addresses: [127.0.0.1]
development: true
logging:
  level: ${logLevel}
rtc:
  udp_port: ${ports.mediaPort}
  tcp_port: ${mediaTcpPort}
  use_external_ip: false
  node_ip: 127.0.0.1
  enable_loopback_candidate: true
  stun_servers: [127.0.0.1:9]
  interfaces:
    includes: [lo]
room:
  auto_create: ${String(opensRooms)}
keys:
  ${apiKey}: ${apiSecret}
${turn === null ? '' : turnConfig(turn)}`;
}

function turnConfig({ domain, tls, udpPort }: EmbeddedTurn): string {
  // It relays to loopback only where that is allowed by name.
  return `turn:
  enabled: true
  domain: ${domain}
  udp_port: ${udpPort ?? 0}
  bind_addresses: [127.0.0.1]
  allow_restricted_peer_cidrs: [127.0.0.0/8]
${
  tls === null
    ? ''
    : `  tls_port: ${tls.port}
  cert_file: ${JSON.stringify(tls.certificate)}
  key_file: ${JSON.stringify(tls.key)}
`
}`;
}

class ServerProcess implements EmbeddedServer {
  readonly apiKey = apiKey;
  readonly apiSecret: string;
  readonly #binaryPath: string;
  readonly #folder: string;
  readonly #settings: ServerSettings;
  readonly #log = new TextTail();
  #child: OutputChild | undefined;
  #stopped = false;

  /** @param folder of its own, for its configuration; removed at the end, also at a sudden one */
  constructor(binaryPath: string, folder: string, settings: ServerSettings, apiSecret: string) {
    this.#binaryPath = binaryPath;
    this.#folder = folder;
    this.#settings = settings;
    this.apiSecret = apiSecret;
    process.on('exit', this.#removeFolderNow);
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#settings.ports.signalPort}`;
  }

  get mediaPort(): number {
    return this.#settings.ports.mediaPort;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get portWasTaken(): boolean {
    return this.#log.lines.some((line) => line.includes('address already in use'));
  }

  async start(): Promise<void> {
    // A file that only this user can read: an argument would show the secret to everybody.
    const configPath = join(this.#folder, 'livekit.yaml');
    await writeFile(configPath, serverConfig(this.#settings, this.apiSecret), { mode: 0o600 });
    let child: OutputChild;
    try {
      child = await startChild(this.#binaryPath, ['--config', configPath]);
    } catch (cause) {
      throw this.#failure('livekit-server could not be started', cause);
    }
    this.#child = child;
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
    child.stdout.on('data', (chunk: Buffer) => this.#log.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => this.#log.push(chunk));
    await this.#untilReady(child);
  }

  async #untilReady(child: OutputChild): Promise<void> {
    const deadlineMs = performance.now() + readyTimeoutMs;
    while (performance.now() < deadlineMs) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw this.#failure('livekit-server ended while it was starting');
      }
      if (await answers(this.#settings.ports.signalPort)) return;
      await wait(readyPollMs);
    }
    await this.kill();
    throw this.#failure(`livekit-server did not answer within ${readyTimeoutMs / 1000} s`);
  }

  #failure(sentence: string, cause?: unknown): PlateauError {
    const lastLine = this.#log.lastLine();
    return new PlateauError(
      'livekitServerFailed',
      `${sentence}${lastLine === '' ? '.' : `: ${lastLine}`}`,
      'Check that the binary in LIVEKIT_SERVER_PATH runs: `livekit-server --version`.',
      { cause },
    );
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    child.kill('SIGKILL');
    await childEnd(child);
  }

  async restart(): Promise<void> {
    if (this.#stopped) {
      throw new PlateauError('invalidState', 'The server was stopped for good.', 'Start a new one.');
    }
    await this.#end();
    await this.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#end();
    await rm(this.#folder, { recursive: true, force: true });
    process.off('exit', this.#removeFolderNow);
  }

  /** The secret is in it: it must not stay when this process ends at once. */
  readonly #removeFolderNow = (): void => {
    rmSync(this.#folder, { recursive: true, force: true });
  };

  async #end(): Promise<void> {
    if (this.#child !== undefined) await endInStages(this.#child, endStages);
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Not listening yet: the caller has the deadline.
    return false;
  }
}

/**
 * Starts a real livekit-server on loopback with a secret of its own and resolves when it answers.
 *
 * The caller owns it and calls `stop`. It ends with this process in any case.
 *
 * @throws PlateauError `livekitServerMissing` or `livekitServerFailed`.
 */
export async function startLivekitServer(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  const binaryPath = options.binaryPath ?? (await findLivekitServer());
  const apiSecret = randomBytes(24).toString('hex');
  const folder = await mkdtemp(join(tmpdir(), 'plateau-livekit-')).catch((thrown: unknown) => {
    throw temporaryFolderError(thrown);
  });
  for (let attempt = 1; ; attempt += 1) {
    const ports = { signalPort: await freeTcpPort(), mediaPort: await freeUdpPort() };
    const { logLevel = 'warn', mediaTcpPort = 0, opensRooms = true, turn = null } = options;
    const settings = { ports, logLevel, opensRooms, mediaTcpPort, turn };
    const server = new ServerProcess(binaryPath, folder, settings, apiSecret);
    try {
      await server.start();
      return server;
    } catch (failure) {
      if (server.portWasTaken && attempt < portAttempts) continue;
      await server.stop();
      throw failure;
    }
  }
}
