/** Reads /etc/sysconfig/cman: what the init script of cman is told by variables of a shell. */
import type { ImportLines } from "./old-cluster.ts";

/** The one variable that has a meaning here. */
const QUORUM_TIMEOUT = "CMAN_QUORUM_TIMEOUT";

/** Most lines that are read. */
const LINES_MAX = 2000;

/**
 * How long a node that starts alone waits for its peer, in milliseconds; null: nothing is said.
 * With two_node cman has quorum at once, so only the value 0, not to wait, keeps its meaning.
 */
export function readCmanSettings(text: string, lines: ImportLines): number | null {
  let aloneAfterMs: number | null = null;
  for (const [index, given] of text.split("\n", LINES_MAX).entries()) {
    const [, name, quoted = ""] = /^\s*([A-Za-z_]\w{0,63})=(.{0,200})/.exec(given) ?? [];
    if (name === undefined) continue;
    const value = quoted.trim().replace(/^(["'])(.*)\1$/, "$2");
    const subject = `${name}="${value}"`;
    if (name !== QUORUM_TIMEOUT) {
      lines.drop(subject, "is about the init script of cman", index + 1);
      continue;
    }
    aloneAfterMs = value === "0" ? 0 : null;
    if (value === "0") lines.carry(subject, "quorum.quorum_timeout_ms 0", index + 1);
    else {
      const text =
        "with two_node cman is quorate at once and does not wait; here a node that starts alone " +
        "waits for quorum.quorum_timeout_ms";
      lines.change(subject, text, index + 1);
    }
  }
  return aloneAfterMs;
}
