import { memo } from 'react';
import { participantNameOf } from '../../../src-main/contract/participant-name.js';
import type { SinkSnapshot } from '../../../src-main/contract/snapshot.js';
import { fileLabel } from '../../../src-main/format/file-label.js';
import { Icon, type IconName } from '../../controls/icon.js';
import { Bar } from '../../controls/meter.js';
import { Panel } from '../../controls/panel.js';
import { useTelemetry } from '../../model/model-context.js';

const warnShare = 2 / 3;

/** How deep each stream's queue is, against its cap. */
export function QueuesPanel(): React.JSX.Element {
  const sinks = useTelemetry(({ snapshot }) => snapshot?.sinks ?? noSinks);
  return (
    <Panel title="Queues" aside="now, peak and cap" scrolls>
      {sinks.length === 0 ? (
        <p className="quiet">The queue of each recorded stream appears here.</p>
      ) : (
        <ul className="queues">
          {sinks.map((sink) => (
            <SinkQueues key={sink.file} sink={sink} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

const noSinks: readonly SinkSnapshot[] = [];

function SinkQueues({ sink }: { readonly sink: SinkSnapshot }): React.JSX.Element {
  const name = participantNameOf(sink);
  const isScreen = sink.kind === 'screenShare';
  const { video, audio, kind, trackNumber } = sink;
  const what = fileLabel({ kind, trackNumber, hasVideo: video !== null });
  const label = what === '' ? name : `${name}’s ${what}`;
  return (
    <>
      {video !== null && (
        <QueueLine
          name={name}
          label={label}
          icon={isScreen ? 'screen' : 'camera'}
          medium="video"
          now={video.queuedFrames}
          peak={video.maxQueuedFrames}
          cap={video.queueCapFrames}
        />
      )}
      <QueueLine
        name={name}
        label={label}
        icon={isScreen ? 'audio' : 'microphone'}
        medium="audio"
        now={audio.queuedFrames}
        peak={audio.maxQueuedFrames}
        cap={audio.queueCapFrames}
      />
    </>
  );
}

interface QueueLineProps {
  readonly name: string;
  readonly label: string;
  readonly icon: IconName;
  readonly medium: 'video' | 'audio';
  readonly now: number;
  readonly peak: number;
  readonly cap: number;
}

const QueueLine = memo(function QueueLine(props: QueueLineProps): React.JSX.Element {
  const { name, label, icon, medium, now, peak, cap } = props;
  const isFull = peak >= cap;
  const tone = isFull ? 'error' : peak > cap * warnShare ? 'warning' : 'neutral';
  const word = isFull ? 'full' : tone === 'warning' ? 'filling' : '';
  return (
    <li className="queue">
      <span className="queue__name">
        <Icon name={icon} />
        <span title={`${label}, ${medium}`}>{name}</span>
        <span className="visually-hidden">
          {label}, {medium}
        </span>
      </span>
      <Bar
        label={`Queue of ${label}, ${medium}`}
        value={now}
        peak={peak}
        cap={cap}
        tone={tone}
        text={`${now} of ${cap} frames, peak ${peak}`}
      />
      <span className="queue__numbers">
        {word !== '' && <strong className={`queue__word queue__word--${tone}`}>{word}</strong>} {now}
        <span className="queue__peak">↑{peak}</span>/{cap}
      </span>
    </li>
  );
});
