import { useRef } from 'react';

interface SplitterProps {
  /** What stands before it, and what its keys make larger or smaller. */
  readonly label: string;
  /** The part of the width before it, from 0 to 1. */
  readonly share: number;
  readonly least: number;
  readonly most: number;
  readonly onResize: (share: number) => void;
  /** A double click. */
  readonly onReset: () => void;
}

const step = 0.02;

/** The border between two parts that stand side by side: dragged, or moved with the arrow keys. */
export function Splitter(props: SplitterProps): React.JSX.Element {
  const { label, share, least, most, onResize, onReset } = props;
  const isDragged = useRef(false);
  const resize = (wanted: number): void => onResize(Math.min(most, Math.max(least, wanted)));
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a separator with a value is a widget: https://www.w3.org/TR/wai-aria-1.2/#separator
    <div
      className="splitter"
      role="separator"
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it is moved by keyboard as well
      tabIndex={0}
      aria-label={label}
      aria-orientation="vertical"
      aria-valuemin={Math.round(least * 100)}
      aria-valuemax={Math.round(most * 100)}
      aria-valuenow={Math.round(share * 100)}
      title={`${label}: drag, or use the arrow keys. A double click resets it.`}
      onKeyDown={(event) => {
        const wanted = { ArrowLeft: share - step, ArrowRight: share + step, Home: least, End: most }[
          event.key
        ];
        if (wanted === undefined) return;
        event.preventDefault();
        resize(wanted);
      }}
      onDoubleClick={onReset}
      onPointerDown={(event) => {
        isDragged.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const whole = event.currentTarget.parentElement?.getBoundingClientRect();
        if (!isDragged.current || whole === undefined || whole.width === 0) return;
        resize((event.clientX - whole.left) / whole.width);
      }}
      onPointerUp={() => {
        isDragged.current = false;
      }}
      onLostPointerCapture={() => {
        isDragged.current = false;
      }}
    />
  );
}
