import type { AddressRequest, AddressTable, Watch } from "../../../resource-agents/contract.ts";
import type { ResourceId } from "../../core/model/index.ts";

type AnnounceOptions = Parameters<AddressTable["announce"]>[1];
type AddressWatch = Extract<Watch, { kind: "address" }>;

/** How an address is announced again that was started before this agent: nobody said how. */
const AGAIN: AnnounceOptions = { count: 5, intervalMs: 200 };

/** Remembers what each resource announced, so that it can be said again after a doubt. */
export class Announcements {
  readonly #addresses: AddressTable;
  readonly #announced = new Map<
    ResourceId,
    Map<string, { readonly request: AddressRequest; readonly options: AnnounceOptions }>
  >();
  readonly #watched = new Map<ResourceId, readonly AddressWatch[]>();

  constructor(addresses: AddressTable) {
    this.#addresses = addresses;
  }

  /** The table for the agent of `resource`: the same, but its announcements are remembered. */
  tableOf(resource: ResourceId): AddressTable {
    const table = this.#addresses;
    return {
      list: () => table.list(),
      nics: () => table.nics(),
      hold: (request, options) => table.hold(request, options),
      whoHas: (ip, nic, waitMs) => table.whoHas(ip, nic, waitMs),
      expect: (place) => table.expect?.(place),
      release: (address) => {
        this.#announced.get(resource)?.delete(keyOf(address));
        return table.release(address);
      },
      announce: (request, options) => {
        const announced = this.#announced.get(resource) ?? new Map();
        this.#announced.set(resource, announced.set(keyOf(request), { request, options }));
        table.announce(request, options);
      },
    };
  }

  /** Notes the addresses that a started resource watches: it may never have announced them. */
  setWatches(resource: ResourceId, watches: readonly Watch[]): void {
    const addresses = watches.flatMap((watch) => (watch.kind === "address" ? [watch] : []));
    if (addresses.length > 0) this.#watched.set(resource, addresses);
    else this.#watched.delete(resource);
  }

  /** Forgets a resource that is being started or stopped. */
  forget(resource: ResourceId): void {
    this.#announced.delete(resource);
    this.#watched.delete(resource);
  }

  /** Announces again all addresses of the resources that are here. Rejects as `list` does. */
  async announceAgain(resources: readonly ResourceId[]): Promise<void> {
    const there = await this.#addresses.list();
    for (const resource of resources) {
      const said = new Map(this.#announced.get(resource));
      for (const watch of this.#watched.get(resource) ?? []) {
        const found = there.find((each) => keyOf(each) === keyOf(watch));
        if (found === undefined || said.has(keyOf(watch))) continue;
        const { ip, prefixLength, nic } = found;
        const request = { ip, prefixLength, nic, broadcast: null, label: null };
        said.set(keyOf(watch), { request, options: AGAIN });
      }
      for (const [key, { request, options }] of said) {
        // Only what is here: an announcement of another host's address would do the harm itself.
        if (there.some((each) => keyOf(each) === key)) this.#addresses.announce(request, options);
      }
    }
  }
}

function keyOf(address: { readonly ip: string; readonly nic: string }): string {
  return `${address.nic} ${address.ip}`;
}
