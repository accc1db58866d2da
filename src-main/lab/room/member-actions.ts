import type { ParticipantAction } from './participant-spec.js';

/** A camera or a screen, as actions see it. `Connection` is what its tracks are published on. */
export interface MemberVideo<Connection> {
  publish(connection: Connection): Promise<void>;
  /** Does nothing when it is not published. */
  unpublish(): Promise<void>;
  /** @throws Error when it is not published */
  setMuted(isMuted: boolean): Promise<void> | void;
  /** Stops the frames, or lets them go on, without a word to the server: as a camera that hangs. */
  setFrozen(isFrozen: boolean): void;
  /** Sends twice the frames that its rate asks for, or ends that. */
  setFlooding(isFlooding: boolean): void;
  resize(widthPx: number, heightPx: number): Promise<void> | void;
}

/** A microphone, as actions see it. */
export interface MemberMicrophone<Connection> {
  publish(connection: Connection): Promise<void>;
  /** Does nothing when it is not published. */
  unpublish(): Promise<void>;
  /** @throws Error when it is not published */
  setMuted(isMuted: boolean): void;
}

/** What actions are done to. */
export interface ActingMember<Connection> {
  readonly camera: MemberVideo<Connection> | undefined;
  readonly screen: MemberVideo<Connection> | undefined;
  readonly microphone: MemberMicrophone<Connection> | undefined;
  /** @throws Error outside the room */
  connection(): Connection;
  join(): Promise<void>;
  leave(): Promise<void>;
}

/**
 * Does one action and resolves when it is done; `crash` ends the whole process.
 *
 * @throws Error when the action does not fit what the member has or what is published; whatever the member throws
 */
export async function performAction<Connection>(
  action: ParticipantAction,
  member: ActingMember<Connection>,
): Promise<void> {
  const camera = (): MemberVideo<Connection> => had(member.camera, 'camera');
  const screen = (): MemberVideo<Connection> => had(member.screen, 'screen to share');
  const microphone = (): MemberMicrophone<Connection> => had(member.microphone, 'microphone');
  switch (action.type) {
    case 'join':
      return member.join();
    case 'leave':
      return member.leave();
    case 'crash':
      // The parent sees the end of the process as the action's effect.
      process.kill(process.pid, 'SIGKILL');
      return;
    case 'muteMicrophone':
    case 'unmuteMicrophone':
      microphone().setMuted(action.type === 'muteMicrophone');
      return;
    case 'publishMicrophone':
      return microphone().publish(member.connection());
    case 'unpublishMicrophone':
      return microphone().unpublish();
    case 'cameraOff':
    case 'cameraOn':
      return camera().setMuted(action.type === 'cameraOff');
    case 'publishCamera':
      return camera().publish(member.connection());
    case 'unpublishCamera':
      return camera().unpublish();
    case 'resize':
      return camera().resize(action.width, action.height);
    case 'freeze':
    case 'unfreeze':
      camera().setFrozen(action.type === 'freeze');
      return;
    case 'flood':
    case 'unflood':
      camera().setFlooding(action.type === 'flood');
      return;
    case 'startScreenShare':
      return screen().publish(member.connection());
    case 'stopScreenShare':
      return screen().unpublish();
  }
}

function had<Device>(device: Device | undefined, name: string): Device {
  if (device === undefined) throw new Error(`The participant has no ${name}.`);
  return device;
}
