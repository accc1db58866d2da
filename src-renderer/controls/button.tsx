import { useId } from 'react';
import { keysOf, type ShortcutId } from '../shortcuts/shortcuts.js';
import { Icon, type IconName } from './icon.js';

interface ButtonProps {
  readonly label: string;
  readonly icon?: IconName;
  readonly variant?: 'plain' | 'primary' | 'record' | 'danger' | 'quiet';
  readonly size?: 'small' | 'normal' | 'large';
  readonly shortcut?: ShortcutId;
  /** Shows the keys on the button and not only in its tooltip. */
  readonly showsKeys?: boolean;
  /** Shows the icon alone; the label is still its name. */
  readonly isIconOnly?: boolean;
  /** Why it cannot be pressed now. It stays reachable, so that the reason can be read. */
  readonly disabledReason?: string | null;
  readonly isBusy?: boolean;
  readonly type?: 'button' | 'submit';
  readonly onPress?: () => void;
}

/** A button with its shortcut in the tooltip, and with the reason there when it is of no use. */
export function Button(props: ButtonProps): React.JSX.Element {
  const { label, icon, variant = 'plain', size = 'normal', shortcut, disabledReason = null } = props;
  const { isIconOnly = false, isBusy = false, showsKeys = false, type = 'button', onPress } = props;
  const reasonId = useId();
  const keys = shortcut === undefined ? null : keysOf(shortcut);
  const withKeys = keys === null ? label : `${label} (${keys})`;
  const isOff = disabledReason !== null || isBusy;
  return (
    <button
      type={type}
      className={`button button--${variant} button--${size}${isIconOnly ? ' button--icon' : ''}`}
      title={disabledReason ?? withKeys}
      aria-label={isIconOnly ? label : undefined}
      aria-disabled={isOff || undefined}
      aria-busy={isBusy || undefined}
      aria-describedby={disabledReason === null ? undefined : reasonId}
      aria-keyshortcuts={keys ?? undefined}
      onClick={(event) => {
        if (isOff) event.preventDefault();
        else onPress?.();
      }}
    >
      {icon !== undefined && <Icon name={icon} />}
      {!isIconOnly && <span className="button__label">{label}</span>}
      {showsKeys && keys !== null && <kbd aria-hidden="true">{keys}</kbd>}
      {disabledReason !== null && (
        <span id={reasonId} className="visually-hidden">
          {disabledReason}
        </span>
      )}
    </button>
  );
}
