/** Where the console's page lives: a scheme of its own, so that it has an origin and no file access. */
export const appScheme = 'plateau';
export const appHost = 'app';
export const appOrigin = `${appScheme}://${appHost}`;
export const appStartUrl = `${appOrigin}/index.html`;

/** Where the files of takes are played from. */
export const mediaScheme = 'plateau-media';
export const mediaHost = 'takes';
export const mediaBaseUrl = `${mediaScheme}://${mediaHost}/`;

/**
 * Only what the page needs, from itself alone. `data:` images are the icons in its style sheets, `blob:`
 * is what it offers for saving.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  `media-src ${mediaScheme}:`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
