/**
 * What `--help` shows 80 columns wide, by the words of the command: filled in by the build, empty
 * where lbctl runs from its sources. The tree of commands takes half as long to make as Node.js
 * takes to start.
 */
export const HELP_TEXTS: Readonly<Record<string, string>> = {};
