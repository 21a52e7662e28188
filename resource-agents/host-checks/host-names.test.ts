import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { checkNames, parseHostsLines } from "./host-names.ts";

const OPTIONS = { timeoutMs: 2000, what: "member" };

suite("names of hosts", () => {
  test("addresses and names of the hosts file are no finding", async () => {
    assert.deepEqual(await checkNames(["127.0.0.1", "[::1]", "localhost"], OPTIONS), []);
  });

  test("a name that nobody knows warns, once however often it is there", async () => {
    const name = "no-such-member.invalid";
    const findings = await checkNames([name, name], OPTIONS);
    assert.equal(findings.length, 1);
    assert.equal(findings[0]?.severity, "warns");
    assert.match(
      findings[0]?.problem ?? "",
      /^member "no-such-member\.invalid": (does not resolve|no answer within 2000 ms), expected/,
    );
    assert.equal(findings[0]?.remedy, "getent ahosts no-such-member.invalid");
  });

  test("the wait for a name service that does not answer has a bound", async () => {
    const [finding] = await checkNames(["slow-member.invalid"], { ...OPTIONS, timeoutMs: 0 });
    assert.match(finding?.problem ?? "", /(no answer within 0 ms|does not resolve)/);
  });

  test("lines of a hosts file are parsed without their comments", () => {
    const text =
      "# all\n10.0.0.1\tAlpha alpha.example # first\n\nfe80::1%eth0 b\nbad c\n10.0.0.2\n";
    assert.deepEqual(parseHostsLines(text), [
      { ip: "10.0.0.1", names: ["alpha", "alpha.example"] },
      { ip: "fe80::1%eth0", names: ["b"] },
    ]);
  });
});
