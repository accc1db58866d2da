/**
 * From here on what earlier connections have left behind is worth a restart of the program, between two takes. In
 * a file without schemas, so that the window need not carry them.
 */
export const restartAdviceBytes = 30e6;
