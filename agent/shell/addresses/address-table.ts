import type {
  AddressRequest,
  AddressTable,
  KernelAddress,
} from "../../../resource-agents/contract.ts";
import { canonicalIp } from "../hints/index.ts";
import type { WriteLog } from "../log/index.ts";
import { type Place, placeKey } from "./address-place.ts";
import { IpBatch } from "./ip-batch.ts";
import { deleteLine, findBadWord, parseShown, replaceLine, type Shown } from "./shown-addresses.ts";

/** What the daemon's address table is made of. */
export interface AddressTablePorts {
  /** Has the heartbeat process hold and renew the address; null, or why it does not. */
  readonly holdLease: (request: AddressRequest) => Promise<string | null>;
  /** Ends the renewal and removes the address; null, or why it may still be renewed. */
  readonly releaseLease: (ip: string, nic: string) => Promise<string | null>;
  readonly whoHas: AddressTable["whoHas"];
  readonly announce: AddressTable["announce"];
  readonly expect?: (place: { readonly ip: string; readonly nic: string }) => void;
  readonly log: WriteLog;
}

/** The table, and its end. */
export interface OpenAddressTable extends AddressTable {
  /** Ends the `ip` child. Leases stay with the heartbeat process, addresses with the kernel. */
  readonly close: () => void;
}

/**
 * The daemon's `AddressTable`: reads and changes through one warm `ip` child, so that a look at the
 * addresses forks nothing. `list` and `nics` reject when `ip` does not answer.
 */
export function openAddressTable(ports: AddressTablePorts): OpenAddressTable {
  const batch = new IpBatch(ports.log);
  const table = new Table(ports, batch);
  return {
    list: async () => (await table.show()).addresses,
    nics: async () => (await table.show()).nics,
    hold: (request, { lease }) =>
      settled(() => (lease ? table.holdLease(request) : table.holdForGood(request))),
    release: (address) => settled(() => table.release(address)),
    whoHas: ports.whoHas,
    announce: ports.announce,
    ...(ports.expect === undefined ? {} : { expect: ports.expect }),
    close: () => batch.close(),
  };
}

class Table {
  readonly #ports: AddressTablePorts;
  readonly #batch: IpBatch;
  /** Addresses whose renewal was asked for and not surely ended, as `nic ip`. */
  readonly #leased = new Set<string>();
  #showing: Promise<Shown> | null = null;

  constructor(ports: AddressTablePorts, batch: IpBatch) {
    this.#ports = ports;
    this.#batch = batch;
  }

  /**
   * Who asks before another callback runs gets the same answer, since many start at once. No later:
   * a callback may bring the news of a change that the answer does not have.
   */
  show(): Promise<Shown> {
    if (this.#showing !== null) return this.#showing;
    this.#showing = this.#show();
    process.nextTick(() => {
      this.#showing = null;
    });
    return this.#showing;
  }

  async #show(): Promise<Shown> {
    const { shown, problem } = await this.#batch.ask(null);
    return read(shown, problem);
  }

  async holdLease(request: AddressRequest): Promise<string | null> {
    const badWord = findBadWord(request);
    if (badWord !== null) return badWord;
    this.#leased.add(placeKey(request));
    const problem = await this.#ports.holdLease(request);
    if (problem !== null) return problem;
    return findAll(await this.show(), request).length > 0 ? null : `${nameOf(request)}: not there`;
  }

  async holdForGood(request: AddressRequest): Promise<string | null> {
    const badWord = findBadWord(request);
    if (badWord !== null) return badWord;
    // A renewal that goes on would give the permanent address a lifetime again.
    const leaseProblem = await this.#endLease(request);
    if (leaseProblem !== null) return leaseProblem;
    const { shown, problem } = await this.#batch.ask(replaceLine(request));
    const found = findAll(read(shown, problem), request);
    const isHeld = found.some(
      ({ prefixLength, remainingMs }) =>
        prefixLength === request.prefixLength && remainingMs === null,
    );
    // What the kernel shows decides, not what ip said.
    return isHeld ? null : `${nameOf(request)}: ${problem === "" ? "not there" : problem}`;
  }

  async release(address: Place): Promise<string | null> {
    const leaseProblem = await this.#endLease(address);
    let left = findAll(await this.show(), address);
    let problem = "";
    // With whatever prefix lengths it is there: stopped means that nobody answers for it here.
    for (const each of left) {
      const answer = await this.#batch.ask(deleteLine(each));
      problem = answer.problem;
      left = findAll(read(answer.shown, answer.problem), address);
    }
    if (left.length > 0) return `${nameOf(address)}: still there${problem && `: ${problem}`}`;
    return leaseProblem;
  }

  /** The lease counts as going on until the heartbeat process has said that it ended. */
  async #endLease(address: Place): Promise<string | null> {
    const key = placeKey(address);
    if (!this.#leased.has(key)) return null;
    const problem = await this.#ports.releaseLease(address.ip, address.nic);
    if (problem === null) this.#leased.delete(key);
    return problem;
  }
}

function read(text: string, problem: string): Shown {
  const shown = parseShown(text);
  if (shown === null) throw new Error(`ip address show: ${problem || "not understood"}`);
  return shown;
}

function findAll(shown: Shown, place: Place): readonly KernelAddress[] {
  const ip = canonicalIp(place.ip);
  return shown.addresses.filter((each) => each.nic === place.nic && canonicalIp(each.ip) === ip);
}

function nameOf(place: Place): string {
  return `address ${place.ip} on ${place.nic}`;
}

async function settled(run: () => Promise<string | null>): Promise<string | null> {
  try {
    return await run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
