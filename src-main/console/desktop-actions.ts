/** What only a desktop can do; a person decides in its dialogs. */
export interface DesktopActions {
  /**
   * @param current absolute path of the folder that the dialog begins in
   * @returns null when the person cancels
   */
  chooseFolder(current: string): Promise<string | null>;
  /** Shows a folder in the file manager. */
  reveal(path: string): Promise<void>;
  /** Ends the program once its engine is closed, and starts it anew. Resolves before that. */
  restart(): Promise<void>;
}
