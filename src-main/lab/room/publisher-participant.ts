import { type LocalParticipant, Room, TrackSource } from '@livekit/rtc-node';
import { performAction } from './member-actions.js';
import type { ParticipantAction, ParticipantPlan } from './participant-spec.js';
import { PublisherAudioTrack } from './publisher-audio-track.js';
import type { PublisherCounters } from './publisher-counters.js';
import { sumLateness } from './publisher-lateness.js';
import type { PublisherFigures } from './publisher-messages.js';
import { PublisherVideoTrack } from './publisher-video-track.js';
import type { RoomMember } from './room-member.js';

export interface PublisherParticipantOptions {
  readonly url: string;
  readonly token: string;
  readonly spec: ParticipantPlan;
  readonly hue: number;
  readonly counters: PublisherCounters;
}

/** One synthetic participant of libwebrtc. */
export class PublisherParticipant implements RoomMember {
  readonly #options: PublisherParticipantOptions;
  readonly #camera: PublisherVideoTrack | undefined;
  readonly #screen: PublisherVideoTrack | undefined;
  readonly #microphone: PublisherAudioTrack | undefined;
  #room: Room | undefined;

  constructor(options: PublisherParticipantOptions) {
    this.#options = options;
    const { spec, hue, counters } = options;
    if (spec.camera !== undefined) {
      this.#camera = new PublisherVideoTrack({
        spec: spec.camera,
        owner: { identity: spec.identity, medium: 'camera' },
        source: TrackSource.SOURCE_CAMERA,
        name: spec.name,
        hue,
        counters,
      });
    }
    if (spec.screenShare !== undefined) {
      this.#screen = new PublisherVideoTrack({
        spec: spec.screenShare,
        owner: { identity: spec.identity, medium: 'screen' },
        source: TrackSource.SOURCE_SCREENSHARE,
        name: `${spec.name} screen`,
        hue: hue + 0.5,
        counters,
      });
    }
    if (spec.microphone)
      this.#microphone = new PublisherAudioTrack(spec.beepHz, spec.identity, counters.slotLog);
  }

  /**
   * See {@link performAction}.
   *
   * @throws Error of the SDK, or when the action does not fit what is published
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

  /**
   * What was captured and sent so far and how punctually; `framesSent`, which WebRTC counts, is null
   * outside the room.
   */
  async figures(): Promise<PublisherFigures['participants'][number]> {
    return {
      identity: this.#options.spec.identity,
      framesCaptured: (this.#camera?.framesCaptured ?? 0) + (this.#screen?.framesCaptured ?? 0),
      framesSent: this.#room === undefined ? null : await videoFramesSent(this.#room),
      videoLateness: sumLateness(
        [this.#camera, this.#screen].flatMap((track) => (track === undefined ? [] : [track.lateness])),
      ),
      audioLateness: this.#microphone?.lateness ?? sumLateness([]),
    };
  }

  /** Takes the tracks out of their clocks and leaves the room. Idempotent. */
  async leave(): Promise<void> {
    const room = this.#room;
    this.#room = undefined;
    for (const track of [this.#camera, this.#screen, this.#microphone]) track?.forget();
    await room?.disconnect();
  }

  async #join(): Promise<void> {
    if (this.#room !== undefined) throw new Error('The participant is in the room already.');
    // A new Room for each connection: a used one keeps its listeners.
    const room = new Room();
    await room.connect(this.#options.url, this.#options.token, { autoSubscribe: false, dynacast: false });
    this.#room = room;
    await this.#camera?.publish(this.#connected);
    await this.#microphone?.publish(this.#connected);
  }

  get #connected(): LocalParticipant {
    const participant = this.#room?.localParticipant;
    if (participant === undefined) throw new Error('The participant is not in the room.');
    return participant;
  }
}

/** Frames sent of each video track, of its busiest simulcast layer. */
async function videoFramesSent(room: Room): Promise<number> {
  const { publisherStats } = await room.getRtcStats();
  const sentByTrack = new Map<string, number>();
  for (const { stats } of publisherStats) {
    if (stats.case !== 'outboundRtp' || stats.value.stream?.kind !== 'video') continue;
    const track = stats.value.outbound?.mid ?? '';
    const sent = stats.value.outbound?.framesSent ?? 0;
    sentByTrack.set(track, Math.max(sent, sentByTrack.get(track) ?? 0));
  }
  return [...sentByTrack.values()].reduce((sum, sent) => sum + sent, 0);
}
