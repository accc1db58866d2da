/** What is known of the sender of an IPC message. */
export interface MessageSender {
  /** The web contents that sent it. */
  readonly webContentsId: number;
  /** Whether it is the page itself, and not a frame inside of it. */
  readonly isMainFrame: boolean;
  /** Address of the frame at the time of the message. */
  readonly url: string;
}

/**
 * Whether a message comes from the console's own page: its window, the top frame of it, and still at the
 * application's address.
 */
export function isTrustedSender(sender: MessageSender, windowWebContentsId: number, origin: string): boolean {
  return sender.webContentsId === windowWebContentsId && sender.isMainFrame && isOfOrigin(sender.url, origin);
}

/**
 * Whether an address belongs to an origin, without credentials in it. No address at all belongs to none.
 *
 * @param origin for example `plateau://app`
 */
export function isOfOrigin(url: string, origin: string): boolean {
  try {
    const { protocol, host, username, password } = new URL(url);
    return `${protocol}//${host}` === origin && username === '' && password === '';
  } catch {
    return false;
  }
}
