import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { parseTestConfig, readWebChecks, type WebCheckSource } from "./read-web-checks.ts";

const SOURCE: WebCheckSource = {
  testUrl: null,
  testRegex: null,
  addresses: [],
  file: null,
  name: null,
  base: new URL("http://127.0.0.1:81/server-status"),
};

suite("deep checks as they are configured", () => {
  let folder: string;
  let file: string;
  suiteSetup(() => {
    folder = mkdtempSync(join(tmpdir(), "lb-checks-"));
    file = join(folder, "tests");
  });
  suiteTeardown(() => rmSync(folder, { recursive: true, force: true }));

  test("checks of a test file are separate, comments and stray lines without meaning", () => {
    const checks = parseTestConfig(
      "# x\nurl: /lost\ntest:a\n url: /a\n match: b: c\nend\ntest:b\nend",
    );
    assert.deepEqual([...checks.keys()], ["a", "b"]);
    assert.deepEqual(
      [...(checks.get("a") ?? [])],
      [
        ["url", "/a"],
        ["match", "b: c"],
      ],
    );
  });

  test("a file for the agent of resource-agents is understood, its words without colons", () => {
    const text = "# x\ntest webapp1\nurl /mon\nmatch  It is: alive\nclient curl\n";
    writeFileSync(file, `${text}client_opts --header 'Host: www.example'\nend\n`);
    assert.deepEqual(shown(readWebChecks({ ...SOURCE, file })), [
      "webapp1 http://127.0.0.1:81/mon 200 /It is: alive/i www.example null",
    ]);
  });

  test("an address, a list of them and a file are all checks", () => {
    writeFileSync(
      file,
      "test:a\n url: /a\n host: h.example\n status: 2xx\n tlsname: t.example\nend\n" +
        "test:b\n url: https://u.example/\n match: [[:digit:]]\n user: me\n password: pw\nend\n",
    );
    const addresses = ["/one", "http://127.0.0.1:8080/two"];
    const result = readWebChecks({ ...SOURCE, testUrl: "/x", testRegex: /y/, addresses, file });
    assert.deepEqual(shown(result), [
      "null http://127.0.0.1:81/x 200 /y/ null null",
      "null http://127.0.0.1:81/one 200 null null null",
      "null http://127.0.0.1:8080/two 200 null null null",
      "a http://127.0.0.1:81/a 2xx null h.example t.example",
      "b https://me:pw@u.example/ 200 /[0-9]/i null null",
    ]);
  });

  test("with a name, only that check of the file is made", () => {
    assert.deepEqual(shown(readWebChecks({ ...SOURCE, file, name: "a" })), [
      "a http://127.0.0.1:81/a 2xx null h.example t.example",
    ]);
  });

  for (const [what, text, name, reason] of [
    ["a name that is not in it", "test:a\nurl: /\nend", "c", "test c: not in it"],
    ["nothing", "", null, "no test in it"],
    ["a test without an address", "test:a\nend", null, 'test a: url "": expected an address'],
    [
      "a wrong status",
      "test:a\nurl: /\nstatus: fine\nend",
      null,
      'test a: status "fine": expected statuses of HTTP such as 200, 2xx or 200-206',
    ],
    [
      "no expression",
      "test:a\nurl: /\nmatch: (\nend",
      null,
      'test a: match "(": not an expression',
    ],
    [
      "a word that is misspelt",
      "test:a\nurl: /\nstatsu: 200\nend",
      null,
      'test a: "statsu": expected one of url, host, status, match, tlsname, user, password, ' +
        "client, client_opts",
    ],
  ] as const) {
    test(`a file with ${what} is wrong on this host`, () => {
      writeFileSync(file, `${text}\n`);
      const expected = { kind: "refused", status: 5, reason: `testconffile "${file}": ${reason}` };
      assert.deepEqual(readWebChecks({ ...SOURCE, file, name }), expected);
    });
  }

  test("a file that is missing is wrong on this host, no check at all is wrong everywhere", () => {
    const missing = readWebChecks({ ...SOURCE, file: "/nonexistent" });
    assert.deepEqual([missing.kind, "status" in missing && missing.status], ["refused", 5]);
    const none = readWebChecks(SOURCE);
    assert.deepEqual([none.kind, "status" in none && none.status], ["refused", 6]);
  });

  test("an address that is none is shown without its password", () => {
    const result = readWebChecks({ ...SOURCE, addresses: ["http://me:pw@:x/"] });
    const reason = 'deep_checks "http://:x/": expected an address';
    assert.deepEqual(result, { kind: "refused", status: 6, reason });
  });
});

function shown(result: ReturnType<typeof readWebChecks>): string[] {
  if (result.kind === "refused") return [result.reason];
  return result.checks.map(({ name, url, host, tlsName, expected: { statuses, text } }) =>
    [name, url.href, statuses?.shown ?? 200, text, host, tlsName].map(String).join(" "),
  );
}
