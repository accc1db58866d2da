interface SwitchProps {
  readonly label: string;
  /** What it is about, for those who do not see where it stands. */
  readonly description?: string;
  readonly isOn: boolean;
  readonly disabledReason?: string | null;
  readonly onChange: (isOn: boolean) => void;
}

/** On or off, at once; its word says which, beside its place. */
export function Switch(props: SwitchProps): React.JSX.Element {
  const { label, description, isOn, disabledReason = null, onChange } = props;
  return (
    <button
      type="button"
      role="switch"
      className="switch"
      aria-checked={isOn}
      aria-label={description ?? label}
      aria-disabled={disabledReason !== null || undefined}
      title={disabledReason ?? description ?? label}
      onClick={() => {
        if (disabledReason === null) onChange(!isOn);
      }}
    >
      <span className="switch__track" aria-hidden="true">
        <span className="switch__thumb" />
      </span>
      <span className="switch__label" aria-hidden="true">
        {label}
      </span>
    </button>
  );
}
