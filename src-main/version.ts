import { createRequire } from 'node:module';

const { version } = createRequire(import.meta.url)('#package') as { version: string };

/** Plateau's version, from its package. */
export const plateauVersion = version;
