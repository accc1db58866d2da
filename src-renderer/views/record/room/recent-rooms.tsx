import type { RecentRoom } from '../../../../src-main/contract/settings.js';
import { Select } from '../../../controls/select.js';
import { useConsole } from '../../../model/model-context.js';

const none: readonly RecentRoom[] = [];

/** Rooms that were joined before, to be joined again; nothing before there is a second one. */
export function RecentRooms({
  url,
  room,
  onChoose,
}: {
  readonly url: string;
  readonly room: string;
  readonly onChoose: (recent: RecentRoom) => void;
}): React.JSX.Element | null {
  // An older recorder remembers only one.
  const recent =
    useConsole((state) => state.settings.recentRooms as readonly RecentRoom[] | undefined, none) ?? none;
  if (recent.length < 2) return null;
  const chosen = recent.findIndex((one) => one.url === url && one.room === room);
  const options = [
    ...(chosen === -1 ? [{ value: '-1', label: 'Choose a room' }] : []),
    ...recent.map((one, index) => ({ value: String(index), label: labelOf(one) })),
  ];
  return (
    <Select
      label="Recent rooms"
      value={String(chosen)}
      options={options}
      onChoose={(value) => {
        const known = recent[Number(value)];
        if (known !== undefined) onChoose(known);
      }}
    />
  );
}

/** `standup · my-project.livekit.cloud`; a token may have named the room. */
function labelOf({ room, url }: RecentRoom): string {
  const host = url.replace(/^\w+:\/\//, '');
  return room === '' ? host : `${room} · ${host}`;
}
