import { Button } from '../controls/button.js';
import { Dialog } from '../controls/dialog.js';
import { SegmentedControl } from '../controls/segmented-control.js';
import { Switch } from '../controls/switch.js';
import { useConsole, useModel, useViewChoice } from '../model/model-context.js';
import { allShortcuts } from '../shortcuts/shortcuts.js';

const groups = ['Recording', 'Window', 'Takes', 'Player'] as const;

/** Every shortcut on one sheet, and the choices that concern this window alone. */
export function HelpSheet(): React.JSX.Element {
  const model = useModel();
  const hasSingleKeys = useViewChoice((choices) => choices.hasSingleKeys);
  const stopRule = useViewChoice((choices) => choices.stopRule);
  const theme = useViewChoice((choices) => choices.theme);
  const version = useConsole((state) => state.version, '');
  const close = (): void => model.view.setState({ isHelpOpen: false });
  return (
    <Dialog title="Keyboard shortcuts" className="help" onClose={close}>
      <div className="help__groups">
        {groups.map((group) => (
          <section key={group} className="help__group">
            <h3 className="help__heading">{group}</h3>
            <dl className="help__list">
              {allShortcuts
                .filter((shortcut) => shortcut.group === group)
                .map(({ id, keys, label }) => (
                  <div key={id} className="help__line">
                    <dt>
                      {keys.split('+').map((key) => (
                        <kbd key={key}>{key}</kbd>
                      ))}
                    </dt>
                    <dd>{label}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <div className="help__choices">
        <Switch
          label="Single-key shortcuts"
          isOn={hasSingleKeys}
          onChange={(isOn) => model.view.setState({ hasSingleKeys: isOn })}
        />
        <SegmentedControl
          legend="How a take is stopped"
          value={stopRule}
          options={[
            { value: 'atOnce', label: 'Stop at once' },
            { value: 'hold', label: 'Hold to stop' },
            { value: 'ask', label: 'Ask first' },
          ]}
          onChoose={(chosen) => model.view.setState({ stopRule: chosen })}
        />
        <SegmentedControl
          legend="Theme"
          value={theme}
          options={[
            { value: 'dark', label: 'Dark' },
            { value: 'light', label: 'Light' },
            { value: 'system', label: 'System' },
          ]}
          onChoose={(chosen) => model.setTheme(chosen)}
        />
      </div>
      <footer className="dialog__footer">
        <span className="help__version">Plateau {version}</span>
        <Button label="Close" onPress={close} />
      </footer>
    </Dialog>
  );
}
