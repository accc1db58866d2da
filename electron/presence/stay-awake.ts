import { powerSaveBlocker } from 'electron';

/** Keeps the machine from suspending while there is something to lose. The display may go dark. */
export class StayAwake {
  #blocker: number | null = null;

  /** Takes hold of the machine, or lets go of it; the same value again changes nothing. */
  set isNeeded(isNeeded: boolean) {
    if (isNeeded && this.#blocker === null) {
      this.#blocker = powerSaveBlocker.start('prevent-app-suspension');
    } else if (!isNeeded && this.#blocker !== null) {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = null;
    }
  }
}
