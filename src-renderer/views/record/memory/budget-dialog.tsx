import { budgetSentences } from '../../../../src-main/format/budget-text.js';
import { formatBytes } from '../../../../src-main/format/bytes.js';
import { Button } from '../../../controls/button.js';
import { Dialog } from '../../../controls/dialog.js';
import type { BudgetStep } from '../../../derive/budget-steps.js';
import { formatClock } from '../../../format/clock.js';
import { useModel, useTelemetry } from '../../../model/model-context.js';

/** The budget of the take that runs, or ran last in this room. */
export function PresentBudgetDialog(): React.JSX.Element {
  const model = useModel();
  const steps = useTelemetry((shown) => shown.steps);
  return (
    <BudgetDialog
      steps={steps}
      timeText={(atMs) => formatClock(atMs, true)}
      onClose={() => model.view.setState({ isBudgetOpen: false })}
    />
  );
}

interface BudgetDialogProps {
  /** In order of time. */
  readonly steps: readonly BudgetStep[];
  readonly timeText: (atMs: number) => string;
  readonly onClose: () => void;
}

/** What the memory budget consists of, each term in one sentence, and why it became what it is. */
export function BudgetDialog({ steps, timeText, onClose }: BudgetDialogProps): React.JSX.Element {
  const latest = steps[steps.length - 1];
  return (
    <Dialog title="Memory budget" className="dialog--wide budget" onClose={onClose}>
      <p className="dialog__text">
        The most that the recorder may use: a measured baseline, and every buffer at its cap. It changes with
        the files that are open.
      </p>
      {latest === undefined ? (
        <p className="quiet">There is no budget before the first file of a take.</p>
      ) : (
        // Scrolls, and can then be reached with the keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a part that scrolls has to be reachable
        <div className="budget__body" tabIndex={0} role="region" aria-label="Terms and steps">
          <table className="budget__terms">
            <caption className="visually-hidden">Terms of the budget, the latest</caption>
            <thead className="visually-hidden">
              <tr>
                <th scope="col">Term</th>
                <th scope="col">At most</th>
                <th scope="col">What it is</th>
              </tr>
            </thead>
            <tbody>
              {[...latest.terms]
                .sort((one, other) => other.bytes - one.bytes)
                .map(({ bytes, term }) => (
                  <tr key={term}>
                    <th scope="row">{capital(term)}</th>
                    <td className="budget__bytes">{formatBytes(bytes)}</td>
                    <td className="budget__sentence">{budgetSentences[term]}</td>
                  </tr>
                ))}
              <tr className="budget__sum">
                <th scope="row">Budget</th>
                <td className="budget__bytes">{formatBytes(latest.totalBytes)}</td>
                <td className="budget__sentence">The dashed line of the chart.</td>
              </tr>
              {latest.encoderBytes > 0 && (
                <tr>
                  <th scope="row">ffmpeg, beside it</th>
                  <td className="budget__bytes">{formatBytes(latest.encoderBytes)}</td>
                  <td className="budget__sentence">
                    Processes of their own, one for each open file: not a part of the sum.
                  </td>
                </tr>
              )}
            </tbody>
          </table>
          <h3 className="budget__heading">Its steps, the latest first</h3>
          <ol className="budget__steps">
            {[...steps].reverse().map(({ atMs, text, totalBytes }) => (
              <li key={`${atMs} ${totalBytes}`}>
                <time>{timeText(atMs)}</time> {text}
              </li>
            ))}
          </ol>
        </div>
      )}
      <footer className="dialog__footer">
        <Button label="Close" onPress={onClose} />
      </footer>
    </Dialog>
  );
}

function capital(term: string): string {
  return `${term.charAt(0).toUpperCase()}${term.slice(1)}`;
}
