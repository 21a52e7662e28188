/** Sends single announcements by the programs of the host, without a fork of this process each. */
import { type ChildProcess, spawn } from "node:child_process";
import { isIP } from "node:net";
import { childEnvironment, startDetached } from "./child-process.ts";

/**
 * Gratuitous ARP as a request or as a reply, or an unsolicited neighbour advertisement with the
 * override flag, to everybody on the link.
 */
export type PacketKind = "request" | "reply" | "advertisement";

/** One packet to be sent. */
export interface AnnouncedPacket {
  readonly kind: PacketKind;
  readonly ip: string;
  readonly nic: string;
}

/** Sends packets and returns at once; failures are silent, since nobody could mend them. */
export interface Announcer {
  send(packet: AnnouncedPacket): void;
  close(): void;
}

/** Programs by kind. arping stays for a second after its packet, so nobody waits for any. */
const PROGRAM_OF_KIND: Readonly<Record<PacketKind, string>> = {
  request: "arping",
  reply: "arping",
  advertisement: "ndptool",
};
/** A word that needs no quotes in a line for the shell's `read`. */
const NIC_NAME = /^[A-Za-z0-9_.:@-]{1,15}$/;

const SEND_FUNCTION = `send() {
  case $1 in
    request) set -- arping -q -c 1 -U -I "$2" "$3" ;;
    reply) set -- arping -q -c 1 -A -I "$2" "$3" ;;
    *) set -- ndptool -t na -U -i "$2" -T "$3" send ;;
  esac
  ( "$@" </dev/null >/dev/null 2>&1 & )
}`;
const WARM_SCRIPT = `${SEND_FUNCTION}
while read -r kind nic ip; do send "$kind" "$nic" "$ip"; done`;
/** Ends with the address: an announcement of what another host has got would do harm. */
const REPEAT_SCRIPT = `${SEND_FUNCTION}
first=$1 second=$2 nic=$3 ip=$4 count=$5 pause=$6 sent=0
send "$first" "$nic" "$ip"
if [ "$second" != "$first" ]; then send "$second" "$nic" "$ip"; fi
while sent=$((sent + 1)) && [ "$sent" -lt "$count" ]; do
  sleep "$pause"
  [ -n "$(ip -o address show dev "$nic" to "$ip")" ] || exit 0
  if [ $((sent % 2)) = 1 ]; then send "$second" "$nic" "$ip"; else send "$first" "$nic" "$ip"; fi
done`;

/** The program that sends packets of this kind. */
export function announcerProgram(kind: PacketKind): string {
  return PROGRAM_OF_KIND[kind];
}

/**
 * A warm shell that forks the programs: a fork of a small process costs a tenth of one of the
 * daemon, and twenty addresses that move at once would hold the daemon up. It ends when its input
 * closes, which the end of this process does too; one that died is started again when needed.
 */
export function openAnnouncer(): Announcer {
  let child: ChildProcess | null = null;
  let isClosed = false;
  const start = (): ChildProcess => {
    const started = spawn("/bin/sh", ["-c", WARM_SCRIPT], {
      stdio: ["pipe", "ignore", "ignore"],
      env: childEnvironment(),
    });
    const forget = (): void => {
      if (child === started) child = null;
    };
    started.on("error", forget);
    started.on("exit", forget);
    started.stdin.on("error", forget);
    return started;
  };
  child = start();
  return {
    send: ({ kind, ip, nic }) => {
      if (isClosed || isIP(ip) === 0 || !NIC_NAME.test(nic)) return;
      child ??= start();
      child.stdin?.write(`${kind} ${nic} ${ip}\n`);
    },
    close: () => {
      isClosed = true;
      child?.stdin?.end();
    },
  };
}

/** What is announced again and again by a process that outlives this one. */
export interface DetachedAnnouncement {
  readonly kinds: readonly [PacketKind, PacketKind];
  readonly ip: string;
  readonly nic: string;
  readonly count: number;
  readonly intervalMs: number;
}

/** Announces by a shell of its own that goes on after this process has ended. */
export function announceDetached(
  { kinds, ip, nic, count, intervalMs }: DetachedAnnouncement,
  onFailure: (reason: string) => void,
): void {
  const pause = (intervalMs / 1000).toFixed(3);
  const words = [...kinds, nic, ip, String(count), pause];
  startDetached("/bin/sh", ["-c", REPEAT_SCRIPT, "sh", ...words], onFailure);
}
