import type { ConsoleApi } from '../../src-main/contract/console.js';
import type { ConsoleLink } from './console-link.js';
import { SocketLink } from './socket-link.js';

declare global {
  interface Window {
    /** Put there by Electron's preload script. */
    readonly plateau?: ConsoleApi;
  }
}

const sessionKey = 'plateau.session';

/** The recorder inside this window's own program if there is one, and the one that served the page otherwise. */
export function findLink(window: Window): ConsoleLink {
  if (window.plateau !== undefined) {
    return {
      api: window.plateau,
      status: 'open',
      onStatus: () => () => undefined,
      retryNow: () => Promise.resolve(true),
    };
  }
  const { location } = window;
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const link = new SocketLink({
    openSocket: () => new WebSocket(`${scheme}//${location.host}/console`),
    session: {
      read: () => window.sessionStorage.getItem(sessionKey),
      write: (session) => window.sessionStorage.setItem(sessionKey, session),
      forget: () => window.sessionStorage.removeItem(sessionKey),
    },
    token: takeTokenFromAddress(window),
  });
  // The same tab is given a new link: only the fragment changes, and nothing is loaded again.
  window.addEventListener('hashchange', () => {
    const token = takeTokenFromAddress(window);
    if (token !== null) link.useToken(token);
  });
  window.addEventListener('online', () => void link.retryNow());
  link.open();
  return link;
}

/** The token leaves the address bar, the history and whatever is copied from there. */
function takeTokenFromAddress({ location, history }: Window): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null || token === '') return null;
  history.replaceState(history.state, '', `${location.pathname}${location.search}`);
  return token;
}
