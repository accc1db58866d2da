import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AccessToken } from 'livekit-server-sdk';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { PlainRoom } from '../fixtures/plain-participant.js';

/** What a participant in a browser sends, and how it is encrypted. */
export interface BrowserMedia {
  readonly identity: string;
  /** A sine; as Chromium sends it: with RED and DTX. */
  readonly hz: number;
  /** A canvas of this color, as CSS writes it; left out, there is no camera. */
  readonly color?: string;
  readonly codec?: 'vp8' | 'h264' | 'vp9';
  /** A passphrase, or the bytes of a key in base64; left out, nothing is encrypted. */
  readonly passphrase?: string;
  readonly key?: string;
}

const page = `<!doctype html><meta charset="utf-8"><title>publisher</title>
<script src="/livekit-client.umd.js"></script>
<script>
window.enter = async ({ url, token, hz, color, codec, passphrase, key }) => {
  const { ExternalE2EEKeyProvider, Room, Track } = LivekitClient;
  const keyProvider = new ExternalE2EEKeyProvider();
  const isEncrypted = passphrase !== undefined || key !== undefined;
  const room = new Room(
    isEncrypted ? { encryption: { keyProvider, worker: new Worker('/livekit-client.e2ee.worker.js') } } : {},
  );
  if (isEncrypted) {
    await keyProvider.setKey(passphrase ?? Uint8Array.from(atob(key), (c) => c.charCodeAt(0)).buffer);
    await room.setE2EEEnabled(true);
  }
  window.useKey = (other) => keyProvider.setKey(other);
  window.ratchet = () => keyProvider.ratchetKey();
  await room.connect(url, token, { autoSubscribe: false });
  const audio = new AudioContext({ sampleRate: 48000 });
  const tone = new OscillatorNode(audio, { frequency: hz });
  const gain = new GainNode(audio, { gain: 0.3 });
  const to = audio.createMediaStreamDestination();
  tone.connect(gain).connect(to);
  tone.start();
  await room.localParticipant.publishTrack(to.stream.getAudioTracks()[0], { source: Track.Source.Microphone });
  if (color !== undefined) {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
    const paint = canvas.getContext('2d');
    let frames = 0;
    setInterval(() => {
      paint.fillStyle = color;
      paint.fillRect(0, 0, 320, 180);
      paint.fillStyle = 'white';
      paint.fillRect((frames++ * 4) % 320, 170, 8, 8);
    }, 66);
    const camera = canvas.captureStream(15).getVideoTracks()[0];
    await room.localParticipant.publishTrack(camera, { source: Track.Source.Camera, videoCodec: codec, simulcast: codec === 'vp8' });
  }
  window.leave = () => room.disconnect();
};
</script>`;

/** Participants in a real browser: livekit-client, its encryption in its worker, and Chromium's media. */
export class BrowserParticipants {
  readonly #browser: Browser;
  readonly #server: Server;
  readonly #url: string;
  readonly #pages = new Map<string, Page>();

  private constructor(browser: Browser, server: Server) {
    this.#browser = browser;
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    this.#url = `http://127.0.0.1:${port}/`;
  }

  /** @param scripts folder with livekit-client's scripts */
  static async launch(executablePath: string, scripts: string): Promise<BrowserParticipants> {
    const files = new Map<string, string>(
      await Promise.all(
        ['livekit-client.umd.js', 'livekit-client.e2ee.worker.js'].map(
          async (name) => [`/${name}`, await readFile(join(scripts, name), 'utf8')] as const,
        ),
      ),
    );
    const server = createServer(({ url }, response) => {
      const script = files.get(url ?? '');
      response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
      response.end(script ?? page);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // As root Chromium does not start with its sandbox; the page is ours. Nobody clicks on it, and it may play.
    const args = [
      '--autoplay-policy=no-user-gesture-required',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ];
    return new BrowserParticipants(await chromium.launch({ executablePath, args, headless: true }), server);
  }

  /** Somebody joins and publishes. */
  async enter(
    { url, apiKey, apiSecret, room }: PlainRoom,
    { identity, ...media }: BrowserMedia,
  ): Promise<void> {
    const token = new AccessToken(apiKey, apiSecret, { identity, ttl: '1h' });
    token.addGrant({ roomJoin: true, room, canPublish: true, canSubscribe: false });
    const given = JSON.stringify({ url, token: await token.toJwt(), ...media });
    const page = await this.#browser.newPage();
    this.#pages.set(identity, page);
    await page.goto(this.#url);
    await page.evaluate(`window.enter(${given})`);
  }

  /** From now on their media is encrypted with another key. */
  async useKey(identity: string, passphrase: string): Promise<void> {
    await this.#pages.get(identity)?.evaluate(`window.useKey(${JSON.stringify(passphrase)})`);
  }

  /** From now on their media is encrypted with the next key of the one they have. */
  async ratchet(identity: string): Promise<void> {
    await this.#pages.get(identity)?.evaluate('window.ratchet()');
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
