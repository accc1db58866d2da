import { useEffect, useState } from 'react';
import type { ErrorReport } from '../../src-main/contract/errors.js';
import { restartAdviceBytes } from '../../src-main/contract/limits.js';
import { Button } from '../controls/button.js';
import { Icon, type IconName } from '../controls/icon.js';
import { formatBytes } from '../../src-main/format/bytes.js';
import { useConsole, useModel, useSession } from '../model/model-context.js';
import { shownProblem, type Notice } from '../stores/session.js';
import { ProblemAction } from './problem-action.js';

/** What needs attention, above the view: the lost recorder, a failure, and what has just happened. */
export function Messages(): React.JSX.Element {
  const link = useSession((state) => state.link);
  const problem = useSession(shownProblem);
  const notices = useSession((state) => state.notices);
  return (
    <>
      <div className="messages">
        {link !== 'open' && <LostBanner />}
        {link === 'open' && <ReconnectingBanner />}
        {problem !== null && <ProblemBanner problem={problem} />}
        {link === 'open' && <RestartBanner />}
      </div>
      <div className="notices" role="status" aria-live="polite" aria-label="What has just happened">
        {notices.map((notice) => (
          <NoticeCard key={notice.id} notice={notice} />
        ))}
      </div>
    </>
  );
}

function LostBanner(): React.JSX.Element {
  const model = useModel();
  const isRecording = useConsole((state) => state.recorder === 'recording', false);
  return (
    <div className="banner banner--warning" role="alert">
      <Icon name="warning" />
      <div className="banner__text">
        <strong>The connection to the recorder is lost.</strong> This window shows what it heard last, and
        connects again by itself.
        {isRecording && ' The take goes on without it, as long as the recorder runs.'}
      </div>
      <Button label="Try now" icon="refresh" size="small" onPress={() => model.link.retryNow()} />
    </div>
  );
}

function ReconnectingBanner(): React.JSX.Element | null {
  const isReconnecting = useConsole((state) => state.connection === 'reconnecting', false);
  const isRecording = useConsole((state) => state.recorder === 'recording', false);
  if (!isReconnecting) return null;
  return (
    <div className="banner banner--warning" role="alert">
      <span className="spinner" aria-hidden="true" />
      <div className="banner__text">
        <strong>Reconnecting to the room.</strong>{' '}
        {isRecording
          ? 'The take goes on: the files show black and silence until it is back.'
          : 'Recording can start once it is back.'}
      </div>
    </div>
  );
}

function ProblemBanner({ problem }: { readonly problem: ErrorReport }): React.JSX.Element {
  const model = useModel();
  return (
    <div className="banner banner--error" role="alert">
      <Icon name="error" />
      <div className="banner__text">
        <strong>{problem.message}</strong> {problem.hint}
      </div>
      <ProblemAction problem={problem} />
      <DismissButton shortcut="dismiss" onPress={() => void model.session.dismissProblem()} />
    </div>
  );
}

/** Between two rooms, when what is left of earlier ones has become worth a restart. */
function RestartBanner(): React.JSX.Element | null {
  const model = useModel();
  const isIdle = useConsole((state) => state.recorder === 'idle', false);
  const canRestart = useConsole((state) => state.host.canRestart, false);
  const count = useConsole((state) => state.earlierConnections.count, 0);
  const bytes = useConsole((state) => state.earlierConnections.bytes, 0);
  const [dismissedBytes, setDismissedBytes] = useState(0);
  if (!isIdle || bytes < dismissedBytes + restartAdviceBytes) return null;
  return (
    <div className="banner banner--info" role="status">
      <Icon name="info" />
      <div className="banner__text">
        <strong>
          About {formatBytes(bytes)} are still held for {count} rooms that were left.
        </strong>{' '}
        LiveKit’s SDK frees them only when the program ends.
        {!canRestart && ' End the recorder and start it again, between two takes.'}
      </div>
      {canRestart && (
        <Button
          label="Restart Plateau"
          icon="refresh"
          size="small"
          onPress={() => void model.session.run('restart', {})}
        />
      )}
      <DismissButton onPress={() => setDismissedBytes(bytes)} />
    </div>
  );
}

const noticeMs = 7_000;
const noticeIcons: Readonly<Record<Notice['level'], IconName>> = {
  info: 'info',
  success: 'check',
  warning: 'warning',
};

function NoticeCard({ notice }: { readonly notice: Notice }): React.JSX.Element {
  const model = useModel();
  useEffect(() => {
    // A warning waits until it was seen.
    if (notice.level === 'warning') return;
    const timer = window.setTimeout(() => model.session.dismissNotice(notice.id), noticeMs);
    return () => window.clearTimeout(timer);
  }, [model, notice]);
  return (
    <div className={`notice notice--${notice.level}`}>
      <Icon name={noticeIcons[notice.level]} />
      <span className="notice__text">{notice.text}</span>
      {notice.view !== null && (
        <Button
          label="Show"
          size="small"
          onPress={() => {
            model.session.dismissNotice(notice.id);
            if (notice.view !== null) model.show(notice.view);
          }}
        />
      )}
      <DismissButton onPress={() => model.session.dismissNotice(notice.id)} />
    </div>
  );
}

function DismissButton(
  props: Pick<React.ComponentProps<typeof Button>, 'onPress' | 'shortcut'>,
): React.JSX.Element {
  return <Button label="Dismiss" icon="close" variant="quiet" size="small" isIconOnly {...props} />;
}
