import assert from "node:assert/strict";
import { parseAnnouncement } from "./announcements.ts";
import { findOutages, longestDoubleOwnerMs, singleOwnerAfterMs } from "./outage.ts";
import { expandIpv6, sampleOwners } from "./owners.ts";
import type { ProbeRecord } from "./records.ts";

/** A request each 5 ms; those that begin within one of the ranges fail after 100 ms. */
function probes(untilMs: number, ...down: readonly (readonly [number, number])[]): ProbeRecord[] {
  return Array.from({ length: untilMs / 5 }, (_, index) => {
    const startAt = index * 5;
    const ok = !down.some(([from, to]) => startAt >= from && startAt < to);
    return { startAt, endAt: startAt + (ok ? 1 : 100), ok, host: ok ? "ip1" : "" };
  });
}

suite("watch: outages as a client sees them", () => {
  test("no failure is no outage", () => {
    assert.deepEqual(findOutages(probes(3_000), 0), []);
  });

  test("an outage lasts from the last success to the first that 500 ms of success follow", () => {
    const expected = [{ lastGoodAt: 996, recoveredAt: 1_301, failed: 60 }];
    assert.deepEqual(findOutages(probes(3_000, [1_000, 1_300]), 900), expected);
  });

  test("a short recovery within an outage does not end it", () => {
    const found = findOutages(probes(3_000, [1_000, 1_100], [1_200, 1_300]), 900);
    assert.deepEqual(found, [{ lastGoodAt: 996, recoveredAt: 1_301, failed: 40 }]);
  });

  test("failures further apart are two outages", () => {
    const found = findOutages(probes(4_000, [1_000, 1_100], [2_000, 2_050]), 900);
    assert.deepEqual(
      found.map(({ lastGoodAt, recoveredAt }) => [lastGoodAt, recoveredAt]),
      [
        [996, 1_101],
        [1_996, 2_051],
      ],
    );
  });

  test("a service that answers again for less than 500 ms is not back", () => {
    assert.equal(findOutages(probes(1_500, [1_000, 1_200]), 900)[0]?.recoveredAt, undefined);
  });

  test("a request under way at the fault counts when it fails", () => {
    const records = probes(3_000, [1_000, 1_200]);
    assert.equal(findOutages(records, 1_050)[0]?.lastGoodAt, 996);
  });

  test("failures that ended before the fault do not count", () => {
    assert.deepEqual(findOutages(probes(3_000, [500, 600]), 900), []);
  });
});

suite("watch: owners of the address", () => {
  const owners = [
    { at: 0, owners: ["ip1"] },
    { at: 1_000, owners: ["ip1", "ip2"] },
    { at: 1_250, owners: ["ip2"] },
    { at: 2_000, owners: ["ip1", "ip2"] },
  ];

  test("the longest double time is cut to the window", () => {
    assert.equal(longestDoubleOwnerMs(owners, { fromAt: 0, toAt: 1_900 }), 250);
    assert.equal(longestDoubleOwnerMs(owners, { fromAt: 1_100, toAt: 1_900 }), 150);
    assert.equal(longestDoubleOwnerMs(owners, { fromAt: 0, toAt: 2_400 }), 400);
    assert.equal(longestDoubleOwnerMs(owners, { fromAt: 1_300, toAt: 1_900 }), 0);
  });

  test("the time to a single owner is 0 when there is just one already", () => {
    assert.equal(singleOwnerAfterMs(owners, 500), 0);
    assert.equal(singleOwnerAfterMs(owners, 1_100), 150);
    assert.equal(singleOwnerAfterMs(owners, 2_100), undefined);
  });

  test("an address handed over between the readings of the two hosts has one owner", () => {
    const holder = { readings: 0 };
    const holds = (pid: number) => {
      holder.readings++;
      return holder.readings === 1 ? pid === 1 : pid === 2;
    };
    assert.deepEqual(
      sampleOwners(
        [
          ["ip1", 1],
          ["ip2", 2],
        ],
        holds,
      ),
      ["ip2"],
    );
  });

  test("an IPv6 address is found as the kernel writes it", () => {
    assert.equal(expandIpv6("fd33::20"), "fd330000000000000000000000000020");
    assert.equal(expandIpv6("1:2:3:4:5:6:7:8"), "00010002000300040005000600070008");
  });
});

suite("watch: announcements in tcpdump's lines", () => {
  const mac = "02:00:00:00:02:00";
  const all = "ff:ff:ff:ff:ff:ff";
  const arp = "ethertype ARP (0x0806), length 42:";
  const icmp6 = "ethertype IPv6 (0x86dd), length 86: fd33::20 > ff02::1: ICMP6,";
  const rows = [
    [all, `${arp} Request who-has 10.0.0.9 tell 10.0.0.9, length 28`, "10.0.0.9"],
    [all, `${arp} Request who-has 10.0.0.9 (${all}) tell 10.0.0.9, length 28`, "10.0.0.9"],
    [all, `${arp} Reply 10.0.0.9 is-at ${mac}, length 28`, "10.0.0.9"],
    [all, `${arp} Request who-has 10.0.0.9 tell 10.0.0.1, length 28`, undefined],
    [all, `${arp} Request who-has 10.0.0.9 tell 0.0.0.0, length 28`, undefined],
    ["02:00:00:00:0c:00", `${arp} Reply 10.0.0.9 is-at ${mac}, length 28`, undefined],
    [
      "33:33:00:00:00:01",
      `${icmp6} neighbor advertisement, tgt is fd33::20, length 32`,
      "fd33::20",
    ],
  ] as const;
  for (const [to, text, address] of rows) {
    test(`to ${to}: ${text}: ${address ?? "none"}`, () => {
      const expected = address === undefined ? undefined : { at: 11_500, mac, address };
      assert.deepEqual(parseAnnouncement(`1.5 ${mac} > ${to}, ${text}`, 10_000), expected);
    });
  }
});
