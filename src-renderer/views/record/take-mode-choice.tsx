import { useId } from 'react';
import type { ModeChoice } from '../../../src-main/contract/recording.js';

const modes: readonly { readonly mode: ModeChoice; readonly label: string; readonly text: string }[] = [
  {
    mode: 'encode',
    label: 'Encode',
    text: 'Decodes and encodes everything in the size, rate and format you choose. Uses the most CPU.',
  },
  {
    mode: 'copy',
    label: 'Copy',
    text: 'Writes what was sent, bit for bit, to MKV, for a small part of the CPU.',
  },
  {
    mode: 'auto',
    label: 'Auto',
    text: 'Encodes while this machine can carry what is published at the start of the take, and copies beyond.',
  },
];

interface TakeModeChoiceProps {
  readonly mode: ModeChoice;
  readonly disabledReason: string | null;
  readonly onChoose: (mode: ModeChoice) => void;
}

/** How the next take is recorded, with what that means in a sentence each. */
export function TakeModeChoice({ mode, disabledReason, onChoose }: TakeModeChoiceProps): React.JSX.Element {
  const name = useId();
  return (
    <fieldset className="modes" disabled={disabledReason !== null} title={disabledReason ?? undefined}>
      <legend className="field__label">Recording</legend>
      {modes.map((one) => (
        <label key={one.mode} className="mode">
          <input
            type="radio"
            name={name}
            className="covering-input mode__input"
            aria-labelledby={`${name}-${one.mode}-name`}
            aria-describedby={`${name}-${one.mode}-text`}
            checked={one.mode === mode}
            onChange={() => onChoose(one.mode)}
          />
          <span className="mode__face" aria-hidden="true" />
          <span id={`${name}-${one.mode}-name`} className="mode__name">
            {one.label}
          </span>
          <span id={`${name}-${one.mode}-text`} className="mode__text">
            {one.text}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
