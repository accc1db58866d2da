import type { IncomingMessage } from 'node:http';

/** Names of this machine's loopback; the port may be another one, for a tunnel ends where its user likes. */
const loopbackHost = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/;

/**
 * Whether a request was made for this machine under a loopback name. A page of another site that had its
 * name point here (DNS rebinding) sends its own name as Host.
 */
export function isForLoopback({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers.host !== undefined && loopbackHost.test(headers.host);
}

/** Whether a request comes from a page that this host served itself. Browsers set Origin on every WebSocket. */
export function isFromOwnPage({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers.origin !== undefined && headers.origin === `http://${headers.host ?? ''}`;
}

/** Sent with every answer. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    // Charts place their parts by style attributes; style elements are not allowed by it.
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "media-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  'Cache-Control': 'no-store',
};
