import { Button } from '../controls/button.js';
import { Icon } from '../controls/icon.js';
import type { LinkStatus } from '../transport/console-link.js';

interface LinkScreenProps {
  readonly link: LinkStatus;
  readonly onRetry: () => void;
}

/** What is seen while there is no recorder to show. */
export function LinkScreen({ link, onRetry }: LinkScreenProps): React.JSX.Element {
  const isRefused = link === 'refused';
  return (
    <main className="link-screen">
      <div className="link-screen__card" role={isRefused ? 'alert' : 'status'}>
        <h1 className="link-screen__brand">Plateau</h1>
        {isRefused ? (
          <>
            <p className="link-screen__message">
              <Icon name="warning" />
              <span>This link is wrong or was already used</span>
            </p>
            <p className="link-screen__hint">
              Open the link that <code>plateau serve</code> printed. Each link opens one window; start{' '}
              <code>plateau serve</code> again for a new one.
            </p>
          </>
        ) : (
          <>
            <p className="link-screen__message">
              <span className="spinner" aria-hidden="true" />
              <span>{link === 'lost' ? 'Recorder not responding' : 'Connecting to the recorder…'}</span>
            </p>
            {link === 'lost' && (
              <p className="link-screen__hint">
                Check that <code>plateau serve</code> is running. This window reconnects automatically.
              </p>
            )}
          </>
        )}
        {link !== 'connecting' && !isRefused && (
          <Button label="Try again now" icon="refresh" onPress={onRetry} />
        )}
      </div>
    </main>
  );
}
