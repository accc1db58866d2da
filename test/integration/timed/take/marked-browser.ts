import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AccessToken } from 'livekit-server-sdk';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { PlainRoom } from '../../../fixtures/plain-participant.js';

/** A flash and a beep come so often. */
export const markEveryMs = 500;

/**
 * A camera that livekit-client opens, stops and opens again as it does with a real one, and a microphone beside it. The
 * picture is painted by the clock of the sound, so that a flash and its beep begin at the same moment.
 */
const page = `<!doctype html><meta charset="utf-8"><title>publisher</title>
<script src="/livekit-client.umd.js"></script>
<script>
const { Room, Track } = LivekitClient;
const audio = new AudioContext({ sampleRate: 48000 });
// The clock of the sound goes in steps of a buffer: what it is between two of them tells the page's own.
const ahead = [];
const soundMs = () => {
  const nowMs = performance.now();
  ahead.push(audio.currentTime * 1000 - nowMs);
  if (ahead.length > 30) ahead.shift();
  return nowMs + Math.max(...ahead);
};
const openCamera = ({ width, height }) => {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const paint = canvas.getContext('2d');
  const track = canvas.captureStream(0).getVideoTracks()[0];
  let frames = 0;
  const timer = setInterval(() => {
    paint.fillStyle = soundMs() % ${markEveryMs} < 100 ? 'white' : 'rgb(30, 60, 30)';
    paint.fillRect(0, 0, width, height);
    paint.fillStyle = 'gray';
    paint.fillRect((frames++ * 4) % width, height - 10, 8, 8);
    track.requestFrame();
  }, 1000 / 30);
  const stop = track.stop.bind(track);
  track.stop = () => {
    clearInterval(timer);
    stop();
  };
  track.getSettings = () => ({ width, height, frameRate: 30, deviceId: 'canvas' });
  track.getConstraints = () => ({});
  return track;
};
let size = { width: 640, height: 360 };
navigator.mediaDevices.getUserMedia = async () => new MediaStream([openCamera(size)]);
const room = new Room({ publishDefaults: { simulcast: false } });
window.enter = async ({ url, token }) => {
  await room.connect(url, token, { autoSubscribe: false });
  const gain = new GainNode(audio, { gain: 0 });
  const tone = new OscillatorNode(audio, { frequency: 1000 });
  const to = audio.createMediaStreamDestination();
  tone.connect(gain).connect(to);
  tone.start();
  await audio.resume();
  const everyS = ${markEveryMs} / 1000;
  for (let atS = everyS * Math.ceil(audio.currentTime / everyS + 1); atS < 120; atS += everyS) {
    gain.gain.setValueAtTime(0.5, atS);
    gain.gain.setValueAtTime(0, atS + 0.1);
  }
  await room.localParticipant.publishTrack(to.stream.getAudioTracks()[0], { source: Track.Source.Microphone, dtx: false });
  await room.localParticipant.setCameraEnabled(true);
};
window.camera = (isOn) => room.localParticipant.setCameraEnabled(isOn);
window.restartCamera = async (width, height) => {
  size = { width, height };
  await room.localParticipant.getTrackPublication(Track.Source.Camera).track.restartTrack({ resolution: size });
};
</script>`;

/** Somebody in a real browser whose camera and microphone send marks that belong together. */
export class MarkedBrowser {
  readonly #browser: Browser;
  readonly #server: Server;
  #page: Page | null = null;

  private constructor(browser: Browser, server: Server) {
    this.#browser = browser;
    this.#server = server;
  }

  /** @param scripts folder with livekit-client's scripts */
  static async launch(executablePath: string, scripts: string): Promise<MarkedBrowser> {
    const script = await readFile(join(scripts, 'livekit-client.umd.js'), 'utf8');
    const server = createServer(({ url }, response) => {
      const isScript = url === '/livekit-client.umd.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? script : page);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // As root Chromium does not start with its sandbox; the page is ours. Nobody clicks on it, and it may play.
    const args = [
      '--autoplay-policy=no-user-gesture-required',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ];
    return new MarkedBrowser(await chromium.launch({ executablePath, args, headless: true }), server);
  }

  /** Joins, and publishes microphone and camera. */
  async enter({ url, apiKey, apiSecret, room }: PlainRoom, identity: string): Promise<void> {
    const token = new AccessToken(apiKey, apiSecret, { identity, ttl: '1h' });
    token.addGrant({ roomJoin: true, room, canPublish: true, canSubscribe: false });
    const { port } = this.#server.address() as AddressInfo;
    this.#page = await this.#browser.newPage();
    await this.#page.goto(`http://127.0.0.1:${port}/`);
    await this.#page.evaluate(`window.enter(${JSON.stringify({ url, token: await token.toJwt() })})`);
  }

  /** The camera is stopped, and muted; or opened again, as a person does it. */
  async camera(isOn: boolean): Promise<void> {
    await this.#page?.evaluate(`window.camera(${isOn})`);
  }

  /** The camera is stopped, and opened at another size on the same publication. */
  async restartCamera(width: number, height: number): Promise<void> {
    await this.#page?.evaluate(`window.restartCamera(${width}, ${height})`);
  }

  /** Leaves, and ends the browser. */
  async close(): Promise<void> {
    await this.#browser.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
