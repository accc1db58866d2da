import { setTimeout as wait } from 'node:timers/promises';
import type { ClipCache } from '../clip/clip-cache.js';
import { labNowMs } from '../pattern/lab-clock.js';
import type { PacedSource, PacketPacer } from '../rtp/packet-pacer.js';
import { RtpPublisher } from '../rtp/rtp-publisher.js';
import { ClipAudioTrack } from './clip-audio-track.js';
import type { SlotListener } from './clip-camera.js';
import { audioClipSpec, screenHue, screenName, videoClipSpec } from './clip-people.js';
import { ClipVideoTrack } from './clip-video-track.js';
import { performAction } from './member-actions.js';
import type { ParticipantAction, ParticipantPlan } from './participant-spec.js';
import type { PublisherCounters } from './publisher-counters.js';
import { sumLateness } from './publisher-lateness.js';
import type { PublisherFigures } from './publisher-messages.js';
import type { RoomMember } from './room-member.js';
import { slotListener } from './slot-listener.js';
import type { SlotOwner } from './slot-log.js';

/** WebRTC's own interval for video: receivers need two reports before they bring audio and video in line. */
const reportEveryMs = 1_000;
/** A server that was restarted is back within seconds. */
const rejoinDelaysMs = [250, 500, 1_000, 2_000, 2_000, 5_000, 5_000, 10_000] as const;

export interface ClipParticipantOptions {
  readonly url: string;
  readonly token: string;
  readonly spec: ParticipantPlan;
  readonly hue: number;
  readonly clips: ClipCache;
  readonly pacer: PacketPacer;
  readonly counters: PublisherCounters;
  /** The connection is lost: {@link ClipParticipant.rejoin} is wanted, after the action that is under way. */
  readonly onLost: () => void;
}

/** One synthetic participant that plays clips. */
export class ClipParticipant implements RoomMember {
  readonly #options: ClipParticipantOptions;
  readonly #camera: ClipVideoTrack | undefined;
  readonly #screen: ClipVideoTrack | undefined;
  readonly #microphone: ClipAudioTrack | undefined;
  #publisher: RtpPublisher | undefined;
  #reports: PacedSource | undefined;
  #wantsToBeIn = false;

  private constructor(
    options: ClipParticipantOptions,
    tracks: { camera?: ClipVideoTrack; screen?: ClipVideoTrack; microphone?: ClipAudioTrack },
  ) {
    this.#options = options;
    this.#camera = tracks.camera;
    this.#screen = tracks.screen;
    this.#microphone = tracks.microphone;
  }

  /** Opens the clips; see `prepareClips`. @throws PlateauError `ffmpegMissing`, `ffmpegFailed` */
  static async create(options: ClipParticipantOptions): Promise<ClipParticipant> {
    const { spec, hue, clips, pacer, counters } = options;
    const listenerOf = (medium: SlotOwner['medium']): SlotListener =>
      slotListener({ identity: spec.identity, medium }, counters);
    const { camera, screenShare } = spec;
    return new ClipParticipant(options, {
      ...(camera !== undefined && {
        camera: new ClipVideoTrack({
          clips,
          clip: await clips.video(videoClipSpec(camera, spec.name, hue)),
          source: 'camera',
          pacer,
          listener: listenerOf('camera'),
        }),
      }),
      ...(screenShare !== undefined && {
        screen: new ClipVideoTrack({
          clips,
          clip: await clips.video(videoClipSpec(screenShare, screenName(spec), screenHue(hue))),
          source: 'screenShare',
          pacer,
          listener: listenerOf('screen'),
        }),
      }),
      ...(spec.microphone && {
        microphone: new ClipAudioTrack({
          clip: await clips.audio(audioClipSpec(spec)),
          pacer,
          listener: listenerOf('microphone'),
        }),
      }),
    });
  }

  /**
   * See {@link performAction}.
   *
   * @throws PlateauError of the connection or an encoder; Error when the action does not fit what is
   *   published
   */
  perform(action: ParticipantAction): Promise<void> {
    return performAction(action, {
      camera: this.#camera,
      screen: this.#screen,
      microphone: this.#microphone,
      connection: () => this.#connected,
      join: () => this.#join(),
      leave: () => this.leave(),
    });
  }

  /** What was sent so far and how punctually; `framesSent` is null outside the room. */
  figures(): Promise<PublisherFigures['participants'][number]> {
    const cameras = [this.#camera, this.#screen].flatMap((track) =>
      track === undefined ? [] : [track.camera],
    );
    const framesSent = cameras.reduce((sum, camera) => sum + camera.framesSent, 0);
    return Promise.resolve({
      identity: this.#options.spec.identity,
      // What is captured was encoded long ago: everything is sent.
      framesCaptured: framesSent,
      framesSent: this.#publisher === undefined ? null : framesSent,
      videoLateness: sumLateness(cameras.map(({ lateness }) => lateness)),
      audioLateness: this.#microphone?.lateness ?? sumLateness([]),
    });
  }

  /** Leaves the room; a connection that was lost before is not made again. Idempotent. */
  async leave(): Promise<void> {
    this.#wantsToBeIn = false;
    const publisher = this.#publisher;
    this.#forget();
    await publisher?.leave();
  }

  /**
   * Joins again with what was published before, in half a minute of attempts.
   *
   * @throws PlateauError of the last attempt
   */
  async rejoin(): Promise<void> {
    for (const [attempt, delayMs] of rejoinDelaysMs.entries()) {
      await wait(delayMs);
      if (!this.#wantsToBeIn || this.#publisher !== undefined) return;
      try {
        await this.#join();
        return;
      } catch (failure) {
        if (attempt === rejoinDelaysMs.length - 1) throw failure;
      }
    }
  }

  async #join(): Promise<void> {
    if (this.#publisher !== undefined) throw new Error('The participant is in the room already.');
    const { url, token, pacer, onLost } = this.#options;
    const publisher = await RtpPublisher.join({
      url,
      token,
      onLost: () => {
        if (this.#publisher !== publisher) return;
        this.#forget();
        onLost();
      },
    });
    this.#publisher = publisher;
    this.#reports = reportsOf(publisher);
    pacer.add(this.#reports);
    try {
      await this.#camera?.publish(publisher);
      await this.#microphone?.publish(publisher);
    } catch (failure) {
      this.#forget();
      await publisher.leave();
      throw failure;
    }
    this.#wantsToBeIn = true;
  }

  /** The connection is over, and the tracks with it. */
  #forget(): void {
    const { pacer } = this.#options;
    this.#publisher = undefined;
    if (this.#reports !== undefined) pacer.remove(this.#reports);
    this.#reports = undefined;
    this.#camera?.forget();
    this.#screen?.forget();
    this.#microphone?.forget();
  }

  get #connected(): RtpPublisher {
    if (this.#publisher === undefined) throw new Error('The participant is not in the room.');
    return this.#publisher;
  }
}

/** Says once a second which moment the stamps of all tracks mean: receivers bring them in line by it. */
function reportsOf(publisher: RtpPublisher): PacedSource {
  let nextDueMs = labNowMs();
  return {
    get nextDueMs() {
      return nextDueMs;
    },
    run(nowMs) {
      nextDueMs = nowMs + reportEveryMs;
      publisher.report(labNowMs());
    },
  };
}
