import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { wallToMonotonicMs } from "../clock.ts";
import { endChild } from "../run-command.ts";
import type { WatchClient } from "./watch.ts";

/** A host told everyone on the link that the address is at its hardware address. */
export interface Announcement {
  /** Monotonic ms, from the kernel's capture time stamp. */
  readonly at: number;
  readonly mac: string;
  readonly address: string;
}

const CAPTURE_FILTER = "arp or (icmp6 and ip6[40] == 136)";
const LINE_START = /^(\d+\.\d+) ([0-9a-f:]{17}) > ([0-9a-f:]{17}|Broadcast),/;

/**
 * Captures announcements in the client's network with tcpdump: gratuitous ARP requests and replies
 * to all, and neighbour advertisements to all nodes.
 */
export class AnnouncementWatch {
  readonly announcements: Announcement[] = [];
  readonly #tcpdump: ChildProcess;
  readonly #offsetMs = wallToMonotonicMs();

  constructor(client: WatchClient, link: string) {
    const args = ["-i", link, "-nn", "-e", "-l", "-tt", "-p", "--immediate-mode", CAPTURE_FILTER];
    this.#tcpdump = client.spawn("tcpdump", args, { stdio: ["ignore", "pipe", "ignore"] });
    this.#tcpdump.once("error", () => {}); // Without tcpdump nothing is announced in the table.
    if (this.#tcpdump.stdout === null) throw new Error("tcpdump: no output");
    createInterface({ input: this.#tcpdump.stdout }).on("line", (line) => {
      const found = parseAnnouncement(line, this.#offsetMs);
      if (found !== undefined) this.announcements.push(found);
    });
  }

  /** Ends the capture; resolves when the process is gone. */
  close(): Promise<void> {
    return endChild(this.#tcpdump);
  }
}

/** The announcement in a line of tcpdump, or undefined for any other packet. */
export function parseAnnouncement(line: string, offsetMs: number): Announcement | undefined {
  const [, seconds = "", mac = "", to = ""] = LINE_START.exec(line) ?? [];
  const at = Number(seconds) * 1000 + offsetMs;
  const request = /Request who-has (\S+?)(?: \(\S+\))? tell (\S+?),/.exec(line);
  if (request?.[1] !== undefined && request[1] === request[2]) {
    return { at, mac, address: request[1] };
  }
  const isToAll = to === "ff:ff:ff:ff:ff:ff" || to === "Broadcast" || to.startsWith("33:33:");
  const reply = /Reply (\S+) is-at|neighbor advertisement, tgt is ([0-9a-f:]+),/.exec(line);
  const address = reply?.[1] ?? reply?.[2];
  return isToAll && address !== undefined ? { at, mac, address } : undefined;
}
