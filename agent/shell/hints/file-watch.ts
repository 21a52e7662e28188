import { type FSWatcher, lstatSync, watch } from "node:fs";
import { basename, dirname } from "node:path";

/** Each folder costs one watch of the kernel, however many files of it are watched. */
const FOLDERS_MAX = 64;

interface WatchedFolder {
  readonly watcher: FSWatcher;
  /** By the name of the file. */
  readonly listeners: Map<string, Set<() => void>>;
}

/**
 * Tells when files or links go, come or are replaced, through the kernel's events of their folder;
 * what a link points at does not matter.
 */
export class FileWatch {
  readonly #folders = new Map<string, WatchedFolder>();

  /**
   * Calls `onChange` on every event of the file, and soon when it is not there. Returns the end of
   * this watch, or null when the folder cannot be watched.
   */
  add(path: string, onChange: () => void): (() => void) | null {
    const folder = this.#open(dirname(path));
    if (folder === null) return null;
    const name = basename(path);
    const listeners = folder.listeners.get(name) ?? new Set();
    folder.listeners.set(name, listeners.add(onChange));
    // It may have gone between the look of whoever asked and this watch.
    const immediate = isThere(path) ? null : setImmediate(onChange);
    return () => {
      if (immediate !== null) clearImmediate(immediate);
      listeners.delete(onChange);
      if (listeners.size === 0) folder.listeners.delete(name);
      if (folder.listeners.size === 0) this.#close(dirname(path), folder);
    };
  }

  /** Ends all watches. */
  close(): void {
    for (const [path, folder] of this.#folders) this.#close(path, folder);
  }

  #open(path: string): WatchedFolder | null {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    if (this.#folders.size >= FOLDERS_MAX) return null;
    try {
      const listeners: WatchedFolder["listeners"] = new Map();
      const tell = (name: string | null): void => {
        const told = name === null ? [...listeners.values()] : [listeners.get(name) ?? new Set()];
        for (const each of told) for (const onChange of each) onChange();
      };
      const watcher = watch(path, { persistent: false }, (_event, name) => tell(name));
      const folder = { watcher, listeners };
      // The folder itself has gone, or the kernel dropped events.
      watcher.on("error", () => {
        this.#close(path, folder);
        tell(null);
      });
      this.#folders.set(path, folder);
      return folder;
    } catch {
      return null; // No such folder, or no watch left: whoever asked is told.
    }
  }

  #close(path: string, folder: WatchedFolder): void {
    folder.watcher.close();
    if (this.#folders.get(path) === folder) this.#folders.delete(path);
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
