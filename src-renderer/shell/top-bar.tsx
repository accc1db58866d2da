import { Button } from '../controls/button.js';
import { Icon, type IconName } from '../controls/icon.js';
import { SegmentedControl } from '../controls/segmented-control.js';
import { useConsole, useModel, useViewChoice } from '../model/model-context.js';
import { keysOf } from '../shortcuts/shortcuts.js';
import type { Layout, Theme, ViewName } from '../stores/view-choices.js';

const tabs: readonly { readonly view: ViewName; readonly label: string }[] = [
  { view: 'record', label: 'Record' },
  { view: 'takes', label: 'Takes' },
  { view: 'lab', label: 'Lab' },
];

const layoutOptions: readonly { readonly value: Layout; readonly label: string }[] = [
  { value: 'producer', label: 'Producer' },
  { value: 'qa', label: 'QA' },
];

const themeIcons: Readonly<Record<Theme, IconName>> = { dark: 'moon', light: 'sun', system: 'contrast' };

/** The brand, the views, where the recorder is connected to, and how the window looks. */
export function TopBar({ isSilent }: { readonly isSilent: boolean }): React.JSX.Element {
  const model = useModel();
  const view = useViewChoice((choices) => choices.view);
  const theme = useViewChoice((choices) => choices.theme);
  const layout = useViewChoice((choices) => choices.layout);
  const isInRoom = useConsole((state) => state.connection !== 'disconnected' && state.source !== null, false);
  return (
    <header className="top-bar">
      <h1 className="top-bar__brand">Plateau</h1>
      <nav className="top-bar__tabs" aria-label="Views">
        {tabs.map((tab) => (
          <button
            key={tab.view}
            type="button"
            className="tab"
            aria-current={tab.view === view ? 'page' : undefined}
            aria-keyshortcuts={keysOf(tab.view)}
            title={`${tab.label} (${keysOf(tab.view)})`}
            onClick={() => model.show(tab.view)}
          >
            {tab.label}
            <kbd aria-hidden="true">{keysOf(tab.view)}</kbd>
          </button>
        ))}
      </nav>
      <ConnectionSummary isSilent={isSilent} />
      {view === 'record' && isInRoom && (
        <div className="top-bar__layout">
          <SegmentedControl
            legend="Layout"
            value={layout}
            options={layoutOptions}
            title={`Layout (${keysOf('layout')})`}
            onChoose={(chosen) => model.view.setState({ layout: chosen })}
          />
        </div>
      )}
      <div className="top-bar__tools">
        <Button
          label={`Theme: ${theme}`}
          icon={themeIcons[theme]}
          variant="quiet"
          isIconOnly
          shortcut="theme"
          onPress={() => model.nextTheme()}
        />
        <Button
          label="Keyboard shortcuts"
          icon="help"
          variant="quiet"
          isIconOnly
          shortcut="help"
          onPress={() => model.view.setState({ isHelpOpen: true })}
        />
      </div>
    </header>
  );
}

function ConnectionSummary({ isSilent }: { readonly isSilent: boolean }): React.JSX.Element {
  const source = useConsole((state) => state.source, null);
  const connection = useConsole((state) => state.connection, 'disconnected');
  const texts = {
    disconnected: 'Not connected',
    connecting: 'Connecting…',
    connected: 'Connected',
    reconnecting: 'Reconnecting…',
    waiting: 'Waiting for the room to open…',
  } as const;
  const tone = isSilent || connection === 'reconnecting' ? 'warning' : connection;
  const isInRoom = connection !== 'disconnected' && source !== null;
  return (
    <p className={`connection connection--${tone}`}>
      <Icon name={tone === 'warning' ? 'warning' : 'plug'} />
      <span className="connection__state">{isSilent ? 'Recorder not responding' : texts[connection]}</span>
      {isInRoom && (
        <span className="connection__room" title={`${source.room} on ${source.host}`}>
          {source.kind === 'demo' ? 'Demo room' : `${source.room} · ${source.host}`}
        </span>
      )}
    </p>
  );
}
