import { VIRTUAL_IP } from "../lab/guide-commands.ts";
import { mustRun } from "../lab/run-command.ts";
import { Machine, type MachineRoom } from "./machine.ts";
import { Recorder } from "./recorder.ts";

/** What the two hosts and the client, this process, are connected by. */
export const BRIDGE = "br-lb";
const CLIENT_ADDRESS = "192.168.33.1/24";
const NAMES = [
  { name: "ip1", address: "192.168.33.18" },
  { name: "ip2", address: "192.168.33.19" },
] as const;

/** The options in which scripts/systemd-drill.sh says where things are, for `parseArgs`. */
export const ROOM_OPTIONS = {
  base: { type: "string", default: "" },
  programs: { type: "string", default: "" },
  work: { type: "string", default: "" },
  group: { type: "string", default: "" },
} as const;

/** The hosts, and what watches them. */
export interface TwoMachines {
  readonly machines: readonly [Machine, Machine];
  readonly recorder: Recorder;
}

/** Makes the network of hosts and client in the namespaces of this process. */
export async function makeNetwork(): Promise<void> {
  await mustRun(["ip", "-batch", "-"], {
    input:
      `link set lo up\nlink add ${BRIDGE} type bridge mcast_snooping 0\n` +
      `addr add ${CLIENT_ADDRESS} dev ${BRIDGE}\nlink set ${BRIDGE} up\n`,
  });
}

/** The guide's two hosts, which are not booted yet. */
export function makeMachines(room: Omit<MachineRoom, "bridge" | "names">): TwoMachines {
  const recorder = new Recorder(VIRTUAL_IP);
  const whole = { ...room, bridge: BRIDGE, names: NAMES };
  const make = (name: string): Machine => new Machine(name, whole, () => recorder.follow(machines));
  const machines: TwoMachines["machines"] = [make(NAMES[0].name), make(NAMES[1].name)];
  return { machines, recorder };
}
