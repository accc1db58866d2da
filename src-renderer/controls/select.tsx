import { useId } from 'react';

export interface SelectProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly disabledReason?: string | null;
  readonly onChoose: (value: Value) => void;
}

/** One of several, of which only the chosen one has to be seen. */
export function Select<Value extends string>(props: SelectProps<Value>): React.JSX.Element {
  const { label, value, options, disabledReason = null, onChoose } = props;
  const id = useId();
  return (
    <div className="field" title={disabledReason ?? undefined}>
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className="field__input field__input--select"
        value={value}
        disabled={disabledReason !== null}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen !== undefined) onChoose(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
