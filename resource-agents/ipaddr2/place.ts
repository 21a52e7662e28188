import { BlockList, isIPv6 } from "node:net";
import type { AddressRequest, KernelAddress } from "../contract.ts";
import type { LinkRoute } from "./link-routes.ts";
import type { IpSettings } from "./settings.ts";

/** What of the host decides where the address goes. */
export interface HostLinks {
  readonly nics: readonly { readonly name: string; readonly isUp: boolean }[];
  readonly addresses: readonly KernelAddress[];
  /** Asked of the kernel only when the addresses do not decide. */
  readonly routes?: readonly LinkRoute[];
}

/** Where the address belongs on this host, or why nowhere. */
export type Place =
  | { readonly kind: "place"; readonly request: AddressRequest }
  | { readonly kind: "noNic"; readonly reason: string }
  | { readonly kind: "noSubnet"; readonly reason: string };

/**
 * Finds NIC and prefix length: the longest subnet that contains the address, and of routes the one
 * that the kernel prefers. An address that nobody on the link could reach is refused: another
 * address of the NIC must have a subnet that contains it, or a route without a gateway must lead
 * there (loopback excepted).
 */
export function findPlace(settings: IpSettings, host: HostLinks): Place {
  const names = host.nics.map((nic) => nic.name);
  if (settings.nic !== null && !names.includes(settings.nic)) {
    const expected = names.length > 0 ? `expected one of ${names.join(", ")}` : "it has none";
    return { kind: "noNic", reason: `nic "${settings.nic}": not found on this host, ${expected}` };
  }
  const subnets: readonly Subnet[] = [
    ...host.addresses.filter((address) => isSubnetOf(settings.ip, address)),
    ...(host.routes ?? []).filter((route) => names.includes(route.nic)),
  ];
  const nic = settings.nic ?? chooseNic(subnets);
  if (nic === null) return { kind: "noNic", reason: explainNoNic(settings.ip, subnets) };
  const subnet = longestOf(subnets.filter((each) => each.nic === nic))[0];
  if (subnet === undefined && nic !== "lo") {
    return { kind: "noSubnet", reason: explainNoSubnet({ ip: settings.ip, nic }, host.addresses) };
  }
  const hostLength = isIPv6(settings.ip) ? 128 : 32;
  return { kind: "place", request: request(settings, nic, subnet?.prefixLength ?? hostLength) };
}

function request(settings: IpSettings, nic: string, subnetLength: number): AddressRequest {
  const prefixLength = settings.prefixLength ?? subnetLength;
  const broadcast = nic === "lo" ? null : findBroadcast(settings, prefixLength);
  const { ip, hasPrefixRoute, isPreferredSource } = settings;
  const label = settings.label === null ? null : `${nic}:${settings.label}`;
  return { ip, prefixLength, nic, broadcast, label, hasPrefixRoute, isPreferredSource };
}

/** The address that `+` (by default) or `-` stands for: all host bits set, or none of them. */
function findBroadcast({ ip, broadcast }: IpSettings, prefixLength: number): string | null {
  if (isIPv6(ip)) return null;
  if (broadcast !== null && broadcast !== "+" && broadcast !== "-") return broadcast;
  if (prefixLength > 30) return null;
  const size = 2 ** (32 - prefixLength);
  const value = ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const network = value - (value % size);
  const found = broadcast === "-" ? network : network + size - 1;
  return [24, 16, 8, 0].map((shift) => Math.floor(found / 2 ** shift) % 256).join(".");
}

function isSubnetOf(ip: string, address: KernelAddress): boolean {
  if (address.ip === ip || isIPv6(address.ip) !== isIPv6(ip)) return false;
  if (address.prefixLength >= (isIPv6(ip) ? 128 : 32)) return false;
  const family = isIPv6(ip) ? "ipv6" : "ipv4";
  const subnet = new BlockList();
  subnet.addSubnet(address.ip, address.prefixLength, family);
  return subnet.check(ip, family);
}

/** Of an address or of a route; only routes have a metric. */
interface Subnet {
  readonly nic: string;
  readonly prefixLength: number;
  readonly metric?: number;
}

function chooseNic(subnets: readonly Subnet[]): string | null {
  const longest = longestOf(subnets);
  return onlyNicOf(longest) ?? onlyNicOf(preferredOf(longest));
}

function longestOf<Each extends Subnet>(subnets: readonly Each[]): readonly Each[] {
  const length = Math.max(...subnets.map((subnet) => subnet.prefixLength));
  return subnets.filter((subnet) => subnet.prefixLength === length);
}

function preferredOf(subnets: readonly Subnet[]): readonly Subnet[] {
  const routes = subnets.filter((subnet) => subnet.metric !== undefined);
  const lowest = Math.min(...routes.map((route) => route.metric ?? 0));
  return routes.filter((route) => route.metric === lowest);
}

function onlyNicOf(subnets: readonly Subnet[]): string | null {
  const nics = new Set(subnets.map((subnet) => subnet.nic));
  const [only] = nics;
  return nics.size === 1 && only !== undefined ? only : null;
}

function explainNoNic(ip: string, subnets: readonly Subnet[]): string {
  const nics = [...new Set(subnets.map((subnet) => subnet.nic))];
  if (nics.length > 1) return `nic missing: subnets of ${nics.join(", ")} contain ${ip}, name one`;
  return `nic missing: no interface of this host has a subnet that contains ${ip}`;
}

function explainNoSubnet(
  wanted: { readonly ip: string; readonly nic: string },
  addresses: readonly KernelAddress[],
): string {
  const own = addresses
    .filter(({ nic, ip }) => nic === wanted.nic && ip !== wanted.ip)
    .filter(({ ip }) => isIPv6(ip) === isIPv6(wanted.ip))
    .map(({ ip, prefixLength }) => `${ip}/${prefixLength}`);
  const found = own.length > 0 ? `which has ${own.join(", ")}` : "which has none of its family";
  return `ip "${wanted.ip}": expected to be in a subnet of ${wanted.nic}, ${found}`;
}
