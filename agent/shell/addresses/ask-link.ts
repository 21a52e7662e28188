import { isIP } from "node:net";

import type { AddressTable } from "../../../resource-agents/contract.ts";
import {
  announceAddress,
  type Neighbour,
  type NeighbourTable,
  openAnnouncer,
  parseNeighbours,
  runCommand,
  whoHas,
} from "../../../resource-agents/index.ts";
import type { WriteLog } from "../log/index.ts";
import type { Place } from "./address-place.ts";
import { ExpectedAddresses } from "./expected-addresses.ts";
import { IpBatch } from "./ip-batch.ts";
import { RecentSilences } from "./recent-silences.ts";

/** A NIC's name in a line for `ip -batch`: no space, quote, comment or line end. */
const NIC_NAME = /^[A-Za-z0-9_.:@-]{1,15}$/;
/** A question about neighbours that shows little, for lines whose answer nobody reads. */
const SHOW_LOOPBACK = "address show dev lo";

/** Many who wait for an answer at once are served by one reading. */
const LIST_FRESH_MS = 2;

/** Asking the link who has an address, and telling it: the parts that leave this host. */
export interface LinkQuestions extends Pick<AddressTable, "whoHas" | "announce"> {
  /** The same as `whoHas`, but always asks; its silences spare the next `whoHas` its waiting. */
  readonly askAnew: AddressTable["whoHas"];
  /** Notes an address that is asked for together with the next one. */
  readonly expect: (place: Place) => void;
  /** Ends the children. */
  readonly close: () => void;
}

/** Opens the warm children with which the link is asked and told without a fork. */
export function openLinkQuestions(log: WriteLog): LinkQuestions {
  const batch = new IpBatch(log);
  // Started now: when a peer falls silent there is no time for a fork.
  batch.ask(null, SHOW_LOOPBACK).catch(() => {}); // Its failure is in the log.
  const announcer = openAnnouncer();
  const neighbours = batchedNeighbours(batch);
  const silences = new RecentSilences();
  const expected = new ExpectedAddresses();
  const say = (line: string): void => {
    log({ level: "warning", event: "agentSaid", fields: { line } });
  };
  const askAnew: LinkQuestions["askAnew"] = async (ip, nic, waitMs) => {
    const mac = await whoHas({ ip, nic, waitMs }, neighbours);
    silences.note({ ip, nic }, mac === null ? waitMs : null);
    return mac;
  };
  return {
    whoHas: async (ip, nic, waitMs) => {
      if (silences.take({ ip, nic }, waitMs)) return null;
      // Those of the same group follow: they are asked for meanwhile.
      for (const place of expected.takeOthers({ ip, nic })) {
        askAnew(place.ip, place.nic, waitMs).catch((error: unknown) => say(String(error)));
      }
      return await whoHas({ ip, nic, waitMs }, neighbours);
    },
    askAnew,
    expect: (place) => expected.note(place),
    announce: (request, { count, intervalMs }) =>
      announceAddress(request, { count, intervalMs, announcer, neighbours, log: say }),
    close: () => {
      batch.close();
      announcer.close();
    },
  };
}

interface NeighbourList {
  readonly askedAt: number;
  readonly neighbours: Promise<readonly Neighbour[]>;
}

/**
 * The kernel's neighbours through a warm `ip`. A child that runs for long may know a NIC by an
 * index of before, so what it reports as a mistake is done once more by a new one.
 */
function batchedNeighbours(batch: IpBatch): NeighbourTable {
  const lists = new Map<string, NeighbourList>();
  const ask = async (line: string | null, show: string): Promise<string> => {
    try {
      const { shown, problem } = await batch.ask(line, show);
      if (!/device/i.test(problem)) return shown;
    } catch {
      // The child ended: the next one is asked, by a fork.
    }
    const words = (line ?? show).split(" ");
    const result = await runCommand("ip", ["-json", ...words], { timeoutMs: 2000 });
    return result.kind === "exited" ? result.stdout : "";
  };
  return {
    forget: async (ip, nic) => {
      if (isIP(ip) === 0 || !NIC_NAME.test(nic)) return;
      // `del` would end the whole `ip` when there is none, and all who wait for it with it.
      await ask(`neigh flush to ${ip} dev ${nic} nud all`, SHOW_LOOPBACK);
    },
    list: async (nic, since) => {
      if (!NIC_NAME.test(nic)) return [];
      const now = performance.now();
      const last = lists.get(nic);
      if (last !== undefined && last.askedAt >= since && now - last.askedAt < LIST_FRESH_MS) {
        return last.neighbours;
      }
      const neighbours = ask(null, `neigh show dev ${nic}`).then(parseNeighbours);
      lists.set(nic, { askedAt: now, neighbours });
      return neighbours;
    },
  };
}
