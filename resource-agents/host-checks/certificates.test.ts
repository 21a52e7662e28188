import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { checkCertificatePair, readCertificates, readKey } from "./certificates.ts";

const DAY_MS = 86_400_000;
const VALID_DAYS = 30;

suite("certificates and keys", () => {
  let folder: string;
  let nowMs: number;
  suiteSetup(() => {
    folder = mkdtempSync(join(tmpdir(), "lb-certificates-"));
    make("one", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1");
    make("two", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1");
    nowMs = Date.now();
  });
  suiteTeardown(() => rmSync(folder, { recursive: true, force: true }));

  test("a certificate with its key has no finding, in two files or in one", () => {
    assert.deepEqual(check("one.crt", "one.key"), []);
    write("both.pem", read("one.key") + read("one.crt"));
    assert.deepEqual(check("both.pem", null), []);
  });

  test("a key of another certificate blocks", () => {
    const [finding, ...more] = check("one.crt", "two.key");
    assert.deepEqual(more, []);
    assert.equal(finding?.severity, "blocks");
    const expected = `key "${at("two.key")}": does not belong to certificate "${at("one.crt")}"`;
    assert.equal(finding?.problem, expected);
  });

  test("the first certificate of a file is the one that the key has to fit", () => {
    write("chain.crt", `Subject: one\n${read("one.crt")}\n${read("two.crt")}`);
    assert.deepEqual(check("chain.crt", "one.key"), []);
    assert.equal(check("chain.crt", "two.key").length, 1);
  });

  for (const [days, severity, words] of [
    [VALID_DAYS - 15, null, /^$/],
    [VALID_DAYS - 5.5, "warns", /expires in 5 days at .*Z, expected 14 or more/],
    [VALID_DAYS + 1, "warns", /EXPIRED at .*Z: clients refuse it/],
    [-1, "warns", /not valid before .*Z: clients refuse it/],
  ] as const) {
    test(`${days} days after a certificate for ${VALID_DAYS} days was made: ${severity}`, () => {
      const pair = { certificateFile: at("one.crt"), keyFile: at("one.key") };
      const [finding] = checkCertificatePair(pair, nowMs + days * DAY_MS);
      assert.equal(finding?.severity ?? null, severity);
      assert.match(finding?.problem ?? "", words);
    });
  }

  test("a missing file and one without what is looked for block, each in one line", () => {
    write("nothing.pem", "nothing\n");
    const problems = check("nothing.pem", "absent.key").map(({ severity, problem }) => [
      severity,
      problem,
    ]);
    assert.deepEqual(problems, [
      ["blocks", `certificate "${at("nothing.pem")}": no certificate in it`],
      ["blocks", `key "${at("absent.key")}": not found`],
    ]);
    write("broken.pem", read("one.crt").replace(/\n[A-Za-z0-9+/]{20}/, "\n"));
    assert.match(check("broken.pem", "one.key")[0]?.problem ?? "", /not a certificate in PEM form/);
  });

  test("an encrypted key is not held against its certificate", () => {
    const encrypt = ["pkey", "-in", at("two.key"), "-aes128", "-passout", "pass:x"];
    execFileSync("openssl", [...encrypt, "-out", at("encrypted.key")]);
    assert.deepEqual(check("one.crt", "encrypted.key"), []);
  });

  test("digests depend on certificates and keys alone, and a changed file is read again", () => {
    write("commented.crt", `a comment\n${read("one.crt")}`);
    assert.deepEqual(readCertificates(at("commented.crt")), readCertificates(at("one.crt")));
    const before = readKey(at("one.key"));
    assert.deepEqual(readKey(at("one.key")), before);
    write("changing.key", read("one.key"));
    assert.deepEqual(readKey(at("changing.key")), before);
    write("changing.key", read("two.key"));
    assert.notDeepEqual(readKey(at("changing.key")), before);
    const facts = JSON.stringify(before);
    assert.match(facts, /^\{"kind":"read","facts":\{"publicKeyDigest":"[0-9a-f]{64}"\}\}$/);
  });

  function check(certificate: string, key: string | null) {
    const keyFile = key === null ? null : at(key);
    return checkCertificatePair({ certificateFile: at(certificate), keyFile }, nowMs);
  }

  function make(name: string, ...algorithm: readonly string[]): void {
    const subject = ["-subj", `/CN=${name}`, "-days", String(VALID_DAYS), "-nodes"];
    const files = ["-keyout", at(`${name}.key`), "-out", at(`${name}.crt`)];
    const words = ["req", "-x509", "-newkey", ...algorithm, ...subject, ...files];
    execFileSync("openssl", words, { stdio: "pipe" });
  }

  function at(name: string): string {
    return join(folder, name);
  }

  function read(name: string): string {
    return readFileSync(at(name), "utf8");
  }

  function write(name: string, text: string): void {
    writeFileSync(at(name), text);
  }
});
