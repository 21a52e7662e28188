/** ocf:heartbeat:IPaddr2, see README.md of this folder. */
import type {
  AddressRequest,
  AgentContext,
  AgentResult,
  KernelAddress,
  ResourceAgent,
  Watch,
} from "../contract.ts";
import { failed, OCF, SUCCEEDED } from "../contract.ts";
import {
  clearHandover,
  letConnectionsEnd,
  markHandover,
  passOnToSource,
  takeHandoverMark,
} from "./handover.ts";
import { readLinkRoutes } from "./link-routes.ts";
import { IPADDR2_METADATA } from "./metadata.ts";
import { findPlace, type Place } from "./place.ts";
import { checkReadiness, listCompared, refusalFindings } from "./readiness.ts";
import { findCloneProblem, type IpSettings, readIpSettings } from "./settings.ts";

/** How long another owner of the address has to answer before a start. */
const OWNER_WAIT_MS = 20;
/**
 * The same when the cluster itself had the address until this moment: the owner has let go, and a
 * link that is well answers within 1 ms.
 */
const OWNER_WAIT_AFTER_STOP_MS = 5;
/**
 * The same before a repair: each millisecond is outage, and a link that is well answers within 1
 * ms.
 */
const OWNER_WAIT_REPAIR_MS = 10;

/** The resource agent for one virtual address. */
export const IPADDR2_AGENT: ResourceAgent = {
  metadata: IPADDR2_METADATA,
  start: (context) => withSettings(context, (settings) => start(context, settings)),
  stop: (context) => withSettings(context, (settings) => stop(context, settings)),
  monitor: (context) => withSettings(context, (settings) => monitor(context, settings)),
  validate: (context) => withSettings(context, (settings) => validate(context, settings)),
  migrateTo: (context) => withSettings(context, (settings) => migrateTo(context, settings)),
  migrateFrom: (context) => withSettings(context, (settings) => migrateFrom(context, settings)),
  repair: (context) => withSettings(context, (settings) => repair(context, settings)),
  watches,
  checkReadiness: async (context) => {
    const result = readIpSettings(context);
    if (result.kind === "refused") return refusalFindings(result.problems);
    const { place } = await look(context, result.settings);
    return checkReadiness(place, await context.addresses.nics());
  },
  listCompared: async (context) => {
    const result = readIpSettings(context);
    if (result.kind === "refused") return [];
    return listCompared(result.settings, (await look(context, result.settings)).place);
  },
};

async function withSettings(
  context: AgentContext,
  action: (settings: IpSettings) => Promise<AgentResult>,
): Promise<AgentResult> {
  const result = readIpSettings(context);
  if (result.kind === "refused") return failed(OCF.ERR_CONFIGURED, result.problems.join("; "));
  try {
    return await action(result.settings);
  } catch (error) {
    // The address table could not be read: nothing is known, so nothing is claimed.
    if (!(error instanceof Error)) throw error;
    return failed(OCF.ERR_GENERIC, `ip "${result.settings.ip}": ${error.message}`);
  }
}

async function start(context: AgentContext, settings: IpSettings): Promise<AgentResult> {
  const cloneProblem = findCloneProblem(context);
  if (cloneProblem !== null) return failed(OCF.ERR_CONFIGURED, cloneProblem);
  const hadIt = context.followsStop === true;
  return hold(context, settings, hadIt ? OWNER_WAIT_AFTER_STOP_MS : OWNER_WAIT_MS);
}

/** The source of a planned move: it goes on as it is until the target holds the address. */
async function migrateTo(context: AgentContext, settings: IpSettings): Promise<AgentResult> {
  const found = await monitor(context, settings);
  if (found.status === OCF.SUCCESS && settings.handoverMs > 0) markHandover(context);
  return found;
}

/** The target: from now on both hold the address, and only this one is announced. */
async function migrateFrom(context: AgentContext, settings: IpSettings): Promise<AgentResult> {
  const { place, held } = await look(context, settings);
  if (place.kind !== "place") return failed(statusOf(place), place.reason);
  const { request } = place;
  const { ip, nic } = request;
  const sourceMac = held.length > 0 ? null : await context.addresses.whoHas(ip, nic, OWNER_WAIT_MS);
  if (sourceMac !== null && settings.handoverMs > 0) {
    const options = { sourceMac, forMs: settings.handoverMs };
    const problem = await passOnToSource(context, request, options);
    if (problem !== null) context.log(`ip "${ip}": open connections will be cut: ${problem}`);
  }
  const problem = await holdOnly(context, request, held);
  if (problem !== null) return failed(OCF.ERR_GENERIC, problem);
  announce(context, request, { ...settings, count: settings.announceCount });
  return SUCCEEDED;
}

async function repair(context: AgentContext, settings: IpSettings): Promise<AgentResult> {
  return hold(context, settings, OWNER_WAIT_REPAIR_MS);
}

async function hold(
  context: AgentContext,
  settings: IpSettings,
  ownerWaitMs: number,
): Promise<AgentResult> {
  const { place, held } = await look(context, settings);
  if (place.kind !== "place") return failed(statusOf(place), place.reason);
  const { request } = place;
  const { ip, nic } = request;
  const elsewhere = held.filter((address) => address.nic !== nic);
  if (elsewhere.length > 0) return failed(OCF.ERR_GENERIC, explainElsewhere(elsewhere, nic));
  if (held.length === 0 && nic !== "lo") {
    const owner = await context.addresses.whoHas(ip, nic, ownerWaitMs);
    if (owner !== null) return failed(OCF.ERR_GENERIC, explainOwner(request, owner));
  }
  if (context.signal.aborted)
    return failed(OCF.ERR_GENERIC, `ip "${ip}": ended before it was added`);
  for (const word of settings.ignored) context.log(word);
  const problem = await holdOnly(context, request, held);
  if (problem !== null) return failed(OCF.ERR_GENERIC, problem);
  announce(context, request, { ...settings, count: settings.announceCount });
  return SUCCEEDED;
}

/** Holds the address, and once only: entries of it with another prefix length are removed. */
async function holdOnly(
  context: AgentContext,
  request: AddressRequest,
  held: readonly KernelAddress[],
): Promise<string | null> {
  const lease = context.isSupervised;
  const problem = await context.addresses.hold(request, { lease });
  const others = held.filter(({ prefixLength }) => prefixLength !== request.prefixLength);
  if (problem !== null || others.length === 0) return problem;
  for (const other of others) await context.addresses.release(other);
  // Removing a first address of a subnet takes its secondary ones along.
  return context.addresses.hold(request, { lease });
}

async function stop(context: AgentContext, settings: IpSettings): Promise<AgentResult> {
  if (takeHandoverMark(context)) {
    // Never so long that the stop itself could run out of time: that would count as a failure.
    const forMs = Math.min(settings.handoverMs, Math.floor(context.timeoutMs / 2));
    await letConnectionsEnd(context, { ip: settings.ip, forMs });
  }
  const result = await remove(context, settings);
  await clearHandover(context, { olderThanMs: 0 });
  return result;
}

async function remove(context: AgentContext, settings: IpSettings): Promise<AgentResult> {
  const held = await heldAddresses(context, settings);
  const known = held.map(({ prefixLength, nic }) => ({ ip: settings.ip, prefixLength, nic }));
  const problems: string[] = [];
  for (const address of [...known, ...(await findRenewed(context, settings, known))]) {
    const problem = await context.addresses.release(address);
    if (problem !== null) problems.push(problem);
  }
  const left = await heldAddresses(context, settings);
  if (left.length > 0) {
    const where = left.map(({ nic }) => nic).join(", ");
    return failed(
      OCF.ERR_GENERIC,
      `ip "${settings.ip}": still on ${where} after its removal: ${problems.join("; ")}`,
    );
  }
  // Gone, but a renewal that may go on would bring it back.
  return problems.length === 0 ? SUCCEEDED : failed(OCF.ERR_GENERIC, problems.join("; "));
}

type Released = Pick<KernelAddress, "ip" | "prefixLength" | "nic">;

/**
 * Where the address is not, but may still be in renewal: it expired, was removed by somebody, or
 * its NIC has gone, and may come back.
 */
async function findRenewed(
  context: AgentContext,
  settings: IpSettings,
  known: readonly Released[],
): Promise<readonly Released[]> {
  if (!context.isSupervised) return [];
  const { place } = await look(context, settings);
  const nic = place.kind === "place" ? place.request.nic : settings.nic;
  if (nic === null || known.some((each) => each.nic === nic)) return [];
  const prefixLength =
    place.kind === "place" ? place.request.prefixLength : (settings.prefixLength ?? 32);
  return [{ ip: settings.ip, prefixLength, nic }];
}

async function monitor(context: AgentContext, settings: IpSettings): Promise<AgentResult> {
  const { place, held } = await look(context, settings);
  if (held.length === 0) {
    if (context.isProbe && place.kind === "place") context.addresses.expect?.(place.request);
    const where = settings.nic ?? (place.kind === "place" ? place.request.nic : "any interface");
    return failed(OCF.NOT_RUNNING, `ip "${settings.ip}": not on ${where}`);
  }
  const nic = settings.nic ?? (place.kind === "place" ? place.request.nic : null);
  const elsewhere = held.filter((address) => nic !== null && address.nic !== nic);
  if (nic !== null && elsewhere.length > 0) {
    return failed(OCF.ERR_GENERIC, explainElsewhere(elsewhere, nic));
  }
  if (context.isProbe && context.isSupervised && place.kind === "place") {
    // A fresh agent takes over the renewal, or the address of its predecessor would run out.
    const problem = await context.addresses.hold(place.request, { lease: true });
    if (problem !== null) return failed(OCF.ERR_GENERIC, problem);
  }
  await clearHandover(context, { olderThanMs: settings.handoverMs });
  if (!context.isProbe && place.kind === "place") {
    announce(context, place.request, { ...settings, count: settings.announceCountRefresh });
  }
  return SUCCEEDED;
}

async function validate(context: AgentContext, settings: IpSettings): Promise<AgentResult> {
  const cloneProblem = findCloneProblem(context);
  if (cloneProblem !== null) return failed(OCF.ERR_CONFIGURED, cloneProblem);
  const { place } = await look(context, settings);
  if (place.kind === "place") return SUCCEEDED;
  return failed(place.kind === "noNic" ? OCF.ERR_INSTALLED : OCF.ERR_CONFIGURED, place.reason);
}

async function watches(context: AgentContext): Promise<readonly Watch[]> {
  const result = readIpSettings(context);
  if (result.kind === "refused") return [];
  const { ip, nic } = result.settings;
  if (nic !== null) return [{ kind: "address", ip, nic }];
  const held = await heldAddresses(context, result.settings).catch(() => []);
  return held.map((address) => ({ kind: "address", ip, nic: address.nic }));
}

interface Look {
  readonly place: Place;
  readonly held: readonly KernelAddress[];
}

async function look(context: AgentContext, settings: IpSettings): Promise<Look> {
  const [addresses, nics] = await Promise.all([context.addresses.list(), context.addresses.nics()]);
  const held = addresses.filter((address) => address.ip === settings.ip);
  const place = findPlace(settings, { nics, addresses });
  const isMissing = settings.nic !== null && !nics.some(({ name }) => name === settings.nic);
  if (place.kind === "place" || isMissing) return { place, held };
  // Only here, since it costs a fork.
  const routes = await readLinkRoutes(context, settings.ip);
  return { place: findPlace(settings, { nics, addresses, routes }), held };
}

async function heldAddresses(context: AgentContext, { ip }: IpSettings) {
  return (await context.addresses.list()).filter((address) => address.ip === ip);
}

function announce(
  context: AgentContext,
  request: AddressRequest,
  { count, announceIntervalMs }: { readonly count: number; readonly announceIntervalMs: number },
): void {
  if (count > 0) context.addresses.announce(request, { count, intervalMs: announceIntervalMs });
}

/**
 * A missing NIC will not come by itself; its subnet may, when the network is still being set up.
 */
function statusOf(place: Place): number {
  return place.kind === "noNic" ? OCF.ERR_INSTALLED : OCF.ERR_GENERIC;
}

function explainElsewhere(elsewhere: readonly KernelAddress[], nic: string): string {
  const [first] = elsewhere;
  return `ip "${first?.ip}": on ${elsewhere.map((a) => a.nic).join(", ")}, expected on ${nic}`;
}

function explainOwner({ ip, nic }: AddressRequest, mac: string): string {
  return `ip "${ip}": already in use on the link of ${nic} by ${mac}, expected no answer`;
}
