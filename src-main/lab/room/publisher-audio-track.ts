import { AudioEncoding } from '@livekit/rtc-ffi-bindings';
import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  type LocalParticipant,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { labNowMs } from '../pattern/lab-clock.js';
import { audioFrameMs, audioSampleRateHz, fillAudio, samplesPerFrame } from '../pattern/test-tone.js';
import type { MemberMicrophone } from './member-actions.js';
import { PacedSlots } from './paced-slots.js';
import { PublisherAudioFeed } from './publisher-audio-feed.js';
import { Lateness, type LatenessFigures } from './publisher-lateness.js';
import { setTrackMuted } from './publisher-track-mute.js';
import type { SlotLog } from './slot-log.js';

/** Without a queue the source hands each frame to WebRTC at once: no pull timer, no added delay. */
const nativeQueueMs = 0;

interface PublishedAudio {
  readonly track: LocalAudioTrack;
  readonly source: AudioSource;
  readonly feed: PublisherAudioFeed;
  readonly sid: string;
  readonly owner: LocalParticipant;
}

/**
 * A microphone: a beep on every whole second of the shared clock. One piece of audio is under way at a time:
 * each waits with a listener of its own on the SDK's client, so that many of them slow each other down.
 */
export class PublisherAudioTrack implements MemberMicrophone<LocalParticipant> {
  readonly #slots: PacedSlots;
  readonly #beepHz: number;
  readonly #identity: string;
  readonly #slotLog: SlotLog;
  readonly #lateness = new Lateness();
  #published: PublishedAudio | undefined;

  /** @param slotLog learns which pieces of `identity` came late */
  constructor(beepHz: number, identity: string, slotLog: SlotLog) {
    this.#beepHz = beepHz;
    this.#identity = identity;
    this.#slotLog = slotLog;
    // A left-out frame shifts all later audio, so the feed sends what was missed, within its bound.
    this.#slots = new PacedSlots(audioFrameMs, (slotMs) => this.#published?.feed.due(slotMs));
  }

  /** How punctual the pieces of audio were since the microphone was made. */
  get lateness(): LatenessFigures {
    return this.#lateness.figures;
  }

  /**
   * Publishes the microphone as Opus, one channel at 64 kbit/s, and begins with the next piece.
   *
   * @throws Error when the server refuses the track, or gives it no id
   */
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
    const feed = new PublisherAudioFeed({
      periodMs: audioFrameMs,
      capture: (slotMs) => this.#capture(source, slotMs),
      lateness: this.#lateness,
      nowMs: labNowMs,
    });
    this.#published = { track, source, feed, sid: publication.sid, owner };
    this.#slots.start();
  }

  /** Stops the audio, takes the track out of the room and frees it. Does nothing when it is not published. */
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
    this.#published?.feed.end();
    this.#published = undefined;
  }

  /** Frames go on while muted, as a real client's do; WebRTC silences them. @throws Error before it is published */
  setMuted(isMuted: boolean): void {
    if (this.#published === undefined) throw new Error('The microphone is not published.');
    setTrackMuted(this.#published.track, isMuted);
  }

  #capture(source: AudioSource, slotMs: number): Promise<void> {
    const frame = AudioFrame.create(audioSampleRateHz, 1, samplesPerFrame);
    fillAudio(frame.data, slotMs, this.#beepHz);
    this.#slotLog.served({ identity: this.#identity, medium: 'microphone' }, slotMs);
    return source.captureFrame(frame);
  }
}
