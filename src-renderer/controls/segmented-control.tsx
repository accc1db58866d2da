import { useId } from 'react';

interface SegmentedControlProps<Value extends string> {
  readonly legend: string;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly value: Value;
  readonly title?: string;
  readonly isDisabled?: boolean;
  readonly onChoose: (value: Value) => void;
}

/** One of a few, side by side: radio buttons in another dress. */
export function SegmentedControl<Value extends string>(
  props: SegmentedControlProps<Value>,
): React.JSX.Element {
  const { legend, options, value, title, isDisabled = false, onChoose } = props;
  const name = useId();
  return (
    <fieldset className="choice" title={title} disabled={isDisabled}>
      <legend className="visually-hidden">{legend}</legend>
      {options.map((option) => (
        <label key={option.value} className="choice__option">
          <input
            type="radio"
            name={name}
            className="covering-input choice__input"
            checked={option.value === value}
            onChange={() => onChoose(option.value)}
          />
          <span className="choice__face">{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
