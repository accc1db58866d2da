import { useId, useLayoutEffect, useRef } from 'react';

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
  /** Enter was pressed in it; for a field that is in no form. */
  readonly onEnter?: () => void;
  /** It appears because somebody asked for it: what is typed next belongs into it, and is no shortcut. */
  readonly isAskedFor?: boolean;
}

/** A line of text with its label, its hint, and what is wrong with it. */
export function Field(props: FieldProps): React.JSX.Element {
  const { label, value, type = 'text', placeholder, hint = null, problem = null, name } = props;
  const { isAskedFor = false, isOptional = false, isReadOnly = false, onChange, onEnter, onLeave } = props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (isAskedFor) input.current?.focus();
  }, [isAskedFor]);
  const note = problem ?? hint;
  return (
    <div className={problem === null ? 'field' : 'field field--problem'}>
      <label className="field__label" htmlFor={id}>
        {label}
        {isOptional && <span className="field__optional">optional</span>}
      </label>
      <input
        ref={input}
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
        onKeyDown={(event) => {
          if (event.key === 'Enter') onEnter?.();
        }}
      />
      {note !== null && (
        <p id={`${id}-note`} className="field__note">
          {note}
        </p>
      )}
    </div>
  );
}
