import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';

interface DialogProps {
  readonly title: string;
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A modal dialog of the browser's own: it keeps the focus, and Escape closes it. */
export function Dialog({ title, className = '', onClose, children }: DialogProps): React.JSX.Element {
  const id = useId();
  const ref = useRef<HTMLDialogElement>(null);
  // Before the next key: what is typed belongs into it.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    const before = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      // Older windows do not give the focus back by themselves.
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- a click beside the dialog closes it for those who use a mouse; Escape does it by keyboard
    <dialog
      ref={ref}
      className={`dialog ${className}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        // Only what is outside of the content is the dialog itself.
        if (event.target === ref.current) onClose();
      }}
    >
      <div className="dialog__content">
        <h2 id={id} className="dialog__title">
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}
