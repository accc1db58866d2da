import { type ReactNode, useId } from 'react';

interface PanelProps {
  readonly title: string;
  /** At the right end of the title's line. */
  readonly aside?: ReactNode;
  readonly className?: string;
  /** Its content may be longer than it is high: it scrolls, by keyboard as well. */
  readonly scrolls?: boolean;
  readonly children: ReactNode;
}

/** A titled part of a view. */
export function Panel(props: PanelProps): React.JSX.Element {
  const { title, aside, className = '', scrolls = false, children } = props;
  const id = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <header className="panel__header">
        <h2 id={id} className="panel__title">
          {title}
        </h2>
        {aside !== undefined && <div className="panel__aside">{aside}</div>}
      </header>
      {scrolls ? (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls has to be reached by keyboard
        <div className="panel__body panel__body--scrolls" role="group" aria-labelledby={id} tabIndex={0}>
          {children}
        </div>
      ) : (
        <div className="panel__body">{children}</div>
      )}
    </section>
  );
}
