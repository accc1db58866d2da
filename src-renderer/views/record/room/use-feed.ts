import type { SignalAlarm } from '../../../../src-main/contract/signal-alarms.js';
import { signalAlarmSentence } from '../../../../src-main/format/signal-text.js';
import { type Feed, lossText } from '../../../derive/participants.js';
import { alarmOf, type Track } from '../../../derive/track-state.js';
import { describeVideo } from '../../../derive/video-text.js';
import { useLosing, useLossAlarm, useTelemetryValues } from '../../../model/model-context.js';

/** What a tile or a row shows of somebody beside their name. */
export interface FeedState {
  readonly video: Track | undefined;
  readonly audio: Track | undefined;
  readonly isRecording: boolean;
  /** `30 fps · 1280×720` */
  readonly format: string;
  readonly videoAlarm: SignalAlarm | null;
  readonly audioAlarm: SignalAlarm | null;
  /** `Losing video`; null while nothing is lost. */
  readonly losing: string | null;
  /** `24 frames lost`, up to now; null when nothing was. */
  readonly lost: string | null;
  /** Why something of it is missing, or a warning, in sentences. */
  readonly reasons: readonly string[];
}

/** Follows one person, or the screen that they share; drawn again when something of it reads differently. */
export function useFeed({ participant, kind }: Feed): FeedState {
  const { identity, tracks, isPresent } = participant;
  const isScreen = kind === 'screenShare';
  const [videoRole, audioRole] = isScreen
    ? (['screenShare', 'screenShareAudio'] as const)
    : (['camera', 'microphone'] as const);
  const video = tracks.find(({ role }) => role === videoRole);
  const audio = tracks.find(({ role }) => role === audioRole);
  const losingFiles = useLosing();
  const alarm = useLossAlarm();
  const { isRecording, format, files, lost, videoAlarm, audioAlarm } = useTelemetryValues(({ snapshot }) => {
    const sinks = snapshot?.sinks.filter((sink) => sink.identity === identity && sink.kind === kind) ?? [];
    return {
      isRecording: sinks.some((sink) => sink.isRecording),
      format: describeVideo(video, sinks[0]),
      files: sinks.map(({ file }) => file).join('\n'),
      lost: lossText(sinks),
      videoAlarm: alarmOf(snapshot, identity, videoRole),
      audioAlarm: alarmOf(snapshot, identity, audioRole),
    };
  });
  const own = files === '' ? [] : files.split('\n');
  const isLosing = losingFiles.some((file) => own.includes(file));
  const media = new Set(
    alarm?.streams
      .filter((stream) => stream.isLosing && own.includes(stream.file))
      .map(({ medium }) => medium),
  );
  const named = ['audio', 'video'].filter((medium) => media.has(medium as 'audio' | 'video'));
  return {
    ...{ video, audio, isRecording, format, lost, videoAlarm, audioAlarm },
    // Which medium it is was acknowledged with the alarm; that it goes on was not.
    losing: isLosing ? `Losing ${named.length === 0 ? 'frames' : named.join(' and ')}` : null,
    reasons: [
      ...(isPresent
        ? tracks.flatMap(({ role, missingReason }) =>
            (role === 'screenShare' || role === 'screenShareAudio') === isScreen &&
            typeof missingReason === 'string'
              ? [missingReason]
              : [],
          )
        : []),
      ...[videoAlarm, audioAlarm].flatMap((one) => (one === null ? [] : [signalAlarmSentence(one)])),
    ],
  };
}
