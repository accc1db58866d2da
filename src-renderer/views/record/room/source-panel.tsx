import { Button } from '../../../controls/button.js';
import { Panel } from '../../../controls/panel.js';
import { useConsole, useDisabledReason, useModel } from '../../../model/model-context.js';
import { SourceForm } from './source-form.js';

/** Where to record from. Whoever has no server yet is offered the demo room first. */
export function SourcePanel(): React.JSX.Element {
  const hasServer = useConsole((state) => state.settings.url !== '', false);
  const isDemo = useConsole((state) => state.source?.kind === 'demo', false);
  const isConnecting = useConsole((state) => state.recorder === 'connecting', false);
  return (
    <Panel title="Source" className="panel--grows" scrolls>
      {isConnecting && <Connecting isDemo={isDemo} />}
      <div className={hasServer ? 'source source--known' : 'source'}>
        {!hasServer && <DemoOffer />}
        {!hasServer && <p className="divider">or record your own room</p>}
        <SourceForm />
        {hasServer && <p className="divider">or try the demo</p>}
        {hasServer && <DemoOffer isSmall />}
      </div>
    </Panel>
  );
}

function Connecting({ isDemo }: { readonly isDemo: boolean }): React.JSX.Element {
  const host = useConsole((state) => state.source?.host ?? '', '');
  return (
    <p className="connecting" role="status">
      <span className="spinner" aria-hidden="true" />
      {isDemo ? 'Starting the demo room…' : `Connecting to ${host === '' ? 'the server' : host}…`}
    </p>
  );
}

function DemoOffer({ isSmall = false }: { readonly isSmall?: boolean }): React.JSX.Element {
  const model = useModel();
  const disabledReason = useDisabledReason('connectDemo');
  return (
    <div className={isSmall ? 'demo-offer demo-offer--small' : 'demo-offer'}>
      {!isSmall && <h3 className="demo-offer__title">See it work first</h3>}
      <p className="demo-offer__text">
        A LiveKit server on this machine with three synthetic participants that you can record. Nothing leaves
        this computer.
      </p>
      <Button
        label="Open the demo room"
        icon="participants"
        variant={isSmall ? 'plain' : 'primary'}
        shortcut="demo"
        showsKeys
        disabledReason={disabledReason}
        onPress={() => void model.connectDemo()}
      />
      {!isSmall && (
        <Button
          label="Show me what the caps are for (40 s)"
          icon="memory"
          disabledReason={disabledReason}
          onPress={() => void model.startShow()}
        />
      )}
    </div>
  );
}
