import type { ErrorCode, ErrorReport } from '../../src-main/contract/errors.js';
import { Button } from '../controls/button.js';
import { useConsole, useModel, useSession } from '../model/model-context.js';

/** The field of the source form in which a failure is mended. */
const fields: Partial<Readonly<Record<ErrorCode, string>>> = {
  malformedUrl: 'url',
  serverUnreachable: 'url',
  missingRoom: 'room',
  roomNotFound: 'room',
  missingCredentials: 'secret',
  unauthorized: 'secret',
  tokenExpired: 'secret',
  tokenNotYetValid: 'secret',
  notAllowed: 'secret',
};

const folderCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['outputUnwritable', 'diskFull']);
const takeCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'verificationFailed',
  'takeNotFound',
  'nothingRecorded',
  'ffmpegFailed',
  'recordedWithLosses',
]);

/** The one thing to do about a failure, where this window can do it. */
export function ProblemAction({ problem }: { readonly problem: ErrorReport }): React.JSX.Element | null {
  const model = useModel();
  const hasFileManager = useConsole((state) => state.host.hasFileManager, false);
  const isDisconnected = useConsole((state) => state.connection === 'disconnected', true);
  const failedDemo = useSession((state) => state.problem?.command === 'connectDemo');
  const field = fields[problem.code];
  if (failedDemo && isDisconnected) {
    return <Button label="Try again" icon="refresh" size="small" onPress={() => void model.connectDemo()} />;
  }
  if (field !== undefined && isDisconnected) {
    return (
      <Button
        label="Edit connection"
        size="small"
        onPress={() => {
          model.show('record');
          // The view may only now be drawn.
          window.requestAnimationFrame(() => focusField(field));
        }}
      />
    );
  }
  if (folderCodes.has(problem.code) && hasFileManager) {
    return (
      <Button
        label="Choose another folder"
        icon="folder"
        size="small"
        onPress={() => void model.session.run('chooseOutputFolder', {})}
      />
    );
  }
  if (!takeCodes.has(problem.code)) return null;
  return <Button label="Show takes" size="small" onPress={() => model.show('takes')} />;
}

function focusField(name: string): void {
  const field = document.querySelector<HTMLInputElement>(`.source-form [data-field="${name}"] input`);
  field?.focus();
  field?.select();
}
