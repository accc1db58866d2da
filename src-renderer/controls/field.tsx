import { useId } from 'react';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly type?: 'text' | 'password';
  readonly placeholder?: string;
  readonly hint?: string | null;
  readonly problem?: string | null;
  readonly isOptional?: boolean;
  readonly isReadOnly?: boolean;
  /** By which a problem finds the field to correct. */
  readonly name?: string;
  readonly onChange: (value: string) => void;
  readonly onLeave?: () => void;
}

/** A line of text with its label, its hint, and what is wrong with it. */
export function Field(props: FieldProps): React.JSX.Element {
  const { label, value, type = 'text', placeholder, hint = null, problem = null, name } = props;
  const { isOptional = false, isReadOnly = false, onChange, onLeave } = props;
  const id = useId();
  const note = problem ?? hint;
  return (
    <div className={problem === null ? 'field' : 'field field--problem'}>
      <label className="field__label" htmlFor={id}>
        {label}
        {isOptional && <span className="field__optional">optional</span>}
      </label>
      <input
        id={id}
        name={name}
        className="field__input"
        type={type}
        value={value}
        placeholder={placeholder}
        readOnly={isReadOnly}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        aria-invalid={problem !== null || undefined}
        aria-describedby={note === null ? undefined : `${id}-note`}
        onChange={(event) => onChange(event.target.value)}
        onBlur={onLeave}
      />
      {note !== null && (
        <p id={`${id}-note`} className="field__note">
          {note}
        </p>
      )}
    </div>
  );
}
