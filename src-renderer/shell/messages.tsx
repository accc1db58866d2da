import { useEffect, useState } from 'react';
import type { ErrorReport } from '../../src-main/contract/errors.js';
import { restartAdviceBytes } from '../../src-main/contract/limits.js';
import { formatBytes } from '../../src-main/format/bytes.js';
import { formatQuantity } from '../../src-main/format/number.js';
import { Button } from '../controls/button.js';
import { Icon, type IconName } from '../controls/icon.js';
import { useConsole, useModel, useSession } from '../model/model-context.js';
import { shownProblem, type Toast } from '../stores/session.js';
import { ProblemAction } from './problem-action.js';

/** What needs attention, above the view: the lost recorder, a failure, and what has just happened. */
export function Messages(): React.JSX.Element {
  const link = useSession((state) => state.link);
  const problem = useSession(shownProblem);
  const toasts = useSession((state) => state.toasts);
  return (
    <>
      <div className="messages">
        {link !== 'open' && <LostBanner />}
        {link === 'open' && <ReconnectingBanner />}
        {problem !== null && <ProblemBanner problem={problem} />}
        {link === 'open' && <RestartBanner />}
      </div>
      <div className="toasts" role="status" aria-live="polite" aria-label="Notifications">
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} />
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
        <strong>Recorder not responding.</strong> This window shows the last known state and reconnects
        automatically.
        {isRecording && ' The take goes on as long as the recorder runs.'}
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
          ? 'The take goes on. The files hold black video and silence until the connection is back.'
          : 'You can record once the connection is back.'}
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
          LiveKit’s SDK still holds about {formatBytes(bytes)} for {formatQuantity(count, 'connection')} that
          ended.
        </strong>{' '}
        Only a restart frees it.
        {!canRestart && ' End the recorder and start it again between two takes.'}
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

const toastMs = 7_000;
const toastIcons: Readonly<Record<Toast['level'], IconName>> = {
  info: 'info',
  success: 'check',
  warning: 'warning',
};

function ToastCard({ toast }: { readonly toast: Toast }): React.JSX.Element {
  const model = useModel();
  useEffect(() => {
    // A warning waits until it was seen.
    if (toast.level === 'warning') return;
    const timer = window.setTimeout(() => model.session.dismissToast(toast.id), toastMs);
    return () => window.clearTimeout(timer);
  }, [model, toast]);
  return (
    <div className={`toast toast--${toast.level}`}>
      <Icon name={toastIcons[toast.level]} />
      <span className="toast__text">{toast.text}</span>
      {toast.view !== null && (
        <Button
          label="Show"
          size="small"
          onPress={() => {
            model.session.dismissToast(toast.id);
            if (toast.view !== null) model.show(toast.view);
          }}
        />
      )}
      <DismissButton onPress={() => model.session.dismissToast(toast.id)} />
    </div>
  );
}

function DismissButton(
  props: Pick<React.ComponentProps<typeof Button>, 'onPress' | 'shortcut'>,
): React.JSX.Element {
  return <Button label="Dismiss" icon="close" variant="quiet" size="small" isIconOnly {...props} />;
}
