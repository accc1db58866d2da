import { caps } from '#engine/contract/limits.js';
import type { Source } from '#engine/contract/recording.js';
import { tokenProvider } from '#engine/livekit/connect/token-provider.js';
import { RoomSession } from '#engine/livekit/room-session.js';
import { pcmFormat } from '#engine/pipeline/audio-queue.js';
import type { AudioReceiver, VideoReceiver } from '#engine/pipeline/frame-receiver.js';

export type FrameHandlers = Pick<VideoReceiver, 'onVideoFrame'> & Pick<AudioReceiver, 'onAudioFrame'>;

/** The engine's room session, subscribed to everything, with the recorder's caps and watchdog. */
export function sessionWith(source: Source, handlers: FrameHandlers): RoomSession {
  const ignore = (): void => undefined;
  const fail = (error: Error): void => {
    process.stderr.write(`${error.message}\n`);
  };
  return new RoomSession({
    url: source.url,
    token: tokenProvider(source),
    pcm: {
      sampleRateHz: pcmFormat.sampleRateHz,
      channels: pcmFormat.channels,
      frameMs: caps.audioFrameMs,
    },
    queueSizes: { videoFrames: caps.nativeVideoFrames, audioFrames: caps.nativeAudioFrames },
    loopLateAfterMs: { video: caps.loopLateAfterMs, audio: caps.audioLoopLateAfterMs },
    isArmed: () => true,
    listener: {
      onParticipantJoined: ignore,
      onParticipantLeft: ignore,
      onParticipantRenamed: ignore,
      onParticipantDescribed: ignore,
      onPublishingForbidden: () => undefined,
      onMixedToMono: ignore,
      onPublicationsChanged: ignore,
      onPublicationEnded: ignore,
      onTrackSubscribed: (track) => {
        const receiver = { onStreamStarted: ignore, onStreamEnded: ignore, ...handlers };
        if (track.info.kind === 'video') track.receiveVideo(receiver);
        else track.receiveAudio(receiver);
      },
      onTrackGone: ignore,
      onTrackMuted: ignore,
      onTrackMissing: ignore,
      onMissingEnded: ignore,
      onConnected: ignore,
      onRoomEnded: ignore,
      onWaitingForRoom: ignore,
      onServerUnreachable: ignore,
      onServerAnswers: ignore,
      onJoinedUnasked: ignore,
      onStandstill: ignore,
      onStalled: ignore,
      onReconnecting: ignore,
      onReconnected: ignore,
      onLost: fail,
      onError: fail,
    },
  });
}
