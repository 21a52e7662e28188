/** Asks the service network who has the addresses that the peer may still hold. */
import { BlockList, isIPv6 } from "node:net";
import type { AddressTable } from "../../../resource-agents/contract.ts";
import type { ProbeAnswer, ProbeTarget } from "../../core/model/index.ts";
import type { AddressProber } from "../../ports/index.ts";

/** What the prober needs. */
export interface ProberPorts {
  readonly addresses: Pick<AddressTable, "list" | "nics" | "whoHas">;
  readonly onProbed: (probeId: number, answers: readonly ProbeAnswer[]) => void;
}

/** Makes the prober; all targets of one probe are asked at once. */
export function openProber(ports: ProberPorts): AddressProber {
  return {
    probe: (probeId, targets, waitMs) => {
      const answers = targets.map((target) => ask(ports, target, waitMs));
      void Promise.all(answers).then((all) => ports.onProbed(probeId, all));
    },
  };
}

/**
 * Silence is evidence only when the question went out: with the own link down, or without a way to
 * the address, this node could not ask, and must not take anything over on the strength of that.
 */
async function ask(ports: ProberPorts, target: ProbeTarget, waitMs: number): Promise<ProbeAnswer> {
  const { ip } = target;
  try {
    const nic = target.nic === "" ? await findNic(ports, ip) : target.nic;
    const isUp = (await ports.addresses.nics()).some((each) => each.name === nic && each.isUp);
    if (nic === null || !isUp) return { ip, answeredBy: null, couldAsk: false };
    const answeredBy = await ports.addresses.whoHas(ip, nic, waitMs);
    return { ip, answeredBy, couldAsk: true };
  } catch {
    // The kernel's table could not be read: nothing is known.
    return { ip, answeredBy: null, couldAsk: false };
  }
}

async function findNic(ports: ProberPorts, ip: string): Promise<string | null> {
  const family = isIPv6(ip) ? "ipv6" : "ipv4";
  const addresses = await ports.addresses.list();
  const near = addresses.find((address) => {
    if (isIPv6(address.ip) !== isIPv6(ip)) return false;
    const subnet = new BlockList();
    subnet.addSubnet(address.ip, address.prefixLength, family);
    return subnet.check(ip, family);
  });
  return near?.nic ?? null;
}
