import { AudioEncoding } from '@livekit/rtc-ffi-bindings';
import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  type LocalParticipant,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';

import { PacedSlots } from './paced-slots.js';
import { setTrackMuted } from './publisher-track-mute.js';
import { fillAudio, samplesPerFrame, audioFrameMs, audioSampleRateHz } from '../pattern/test-tone.js';

/** Without a queue the source hands each frame to WebRTC at once: no pull timer, no added delay. */
const nativeQueueMs = 0;

/** A microphone: a beep on every whole second of the shared clock. */
export class PublisherAudioTrack {
  readonly #slots: PacedSlots;
  readonly #beepHz: number;
  #published:
    { track: LocalAudioTrack; source: AudioSource; sid: string; owner: LocalParticipant } | undefined;

  constructor(beepHz: number) {
    this.#beepHz = beepHz;
    // A left-out frame would shift all later audio, so a late process sends what it missed.
    this.#slots = new PacedSlots(audioFrameMs, 'catchUp', (slotMs) => this.capture(slotMs));
  }

  async publish(owner: LocalParticipant): Promise<void> {
    const source = new AudioSource(audioSampleRateHz, 1, nativeQueueMs);
    const track = LocalAudioTrack.createAudioTrack('microphone', source);
    const publication = await owner.publishTrack(
      track,
      new TrackPublishOptions({
        source: TrackSource.SOURCE_MICROPHONE,
        // The quiet tone between beeps must arrive as it is, not as comfort noise.
        dtx: false,
        audioEncoding: new AudioEncoding({ maxBitrate: 64_000n }),
      }),
    );
    if (publication.sid === undefined) throw new Error('The server gave the audio track no id.');
    this.#published = { track, source, sid: publication.sid, owner };
    this.#slots.start();
  }

  async unpublish(): Promise<void> {
    const published = this.#published;
    if (published === undefined) return;
    this.forget();
    await published.owner.unpublishTrack(published.sid);
    await published.track.close();
  }

  /** The connection is gone and the track with it. */
  forget(): void {
    this.#slots.stop();
    this.#published = undefined;
  }

  /** Frames go on while muted, as a real client's do; WebRTC silences them. */
  setMuted(isMuted: boolean): void {
    if (this.#published === undefined) throw new Error('The microphone is not published.');
    setTrackMuted(this.#published.track, isMuted);
  }

  private capture(slotMs: number): void {
    const frame = AudioFrame.create(audioSampleRateHz, 1, samplesPerFrame);
    fillAudio(frame.data, slotMs, this.#beepHz);
    // Rejected only when the source was closed meanwhile, and then nobody waits for the frame.
    this.#published?.source.captureFrame(frame).catch(() => undefined);
  }
}
