import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setup, suite, teardown, test } from "mocha";

import { type Cib, emptyCib } from "../../core/model/index.ts";
import { type OpenDisk, openDisk } from "./cluster-disk.ts";
import { openRecord, sealRecord } from "./sealed-record.ts";

const KIND = "lb-cluster-cib";

function cibOf(epoch: number, padding = ""): Cib {
  const cib = emptyCib(["ip1", "ip2"]);
  return { ...cib, version: { ...cib.version, epoch }, properties: { padding } };
}

suite("sealed record", () => {
  test("a record of any content opens to the same content", () => {
    const content = { b: [1, { z: null, a: "ü\u2028" }], a: true };
    assert.deepEqual(openRecord(KIND, sealRecord(KIND, content)), { kind: "good", content });
  });

  test("a record cut off at any place is bad", () => {
    const text = sealRecord(KIND, cibOf(3));
    const kinds = Array.from(
      { length: text.trimEnd().length },
      (_, end) => openRecord(KIND, text.slice(0, end)).kind,
    );
    assert.deepEqual(new Set(kinds), new Set(["bad"]));
  });

  test("a record with one changed value, kind or format is bad", () => {
    const text = sealRecord(KIND, cibOf(3));
    for (const [from, to] of [
      ['"epoch": 3', '"epoch": 4'],
      ["ip2", "ip3"],
      [": 1,", ": 2,"],
    ] as const) {
      assert.notEqual(text.replace(from, to), text);
      assert.equal(openRecord(KIND, text.replace(from, to)).kind, "bad");
    }
    assert.equal(openRecord("other", text).kind, "bad");
    for (const other of ["", "null", "[]", "7", "{}"]) {
      assert.equal(openRecord(KIND, other).kind, "bad");
    }
  });
});

suite("disk, with real files", () => {
  let base: string;
  let folder: string;
  let logged: string[];
  let opened: OpenDisk[];

  setup(() => {
    base = mkdtempSync(join(tmpdir(), "lbt-disk-"));
    folder = join(base, "deep", "lb-cluster");
    logged = [];
    opened = [];
  });

  teardown(async () => {
    await Promise.all(opened.map((disk) => disk.close()));
    rmSync(base, { recursive: true });
  });

  function open(): OpenDisk {
    const disk = openDisk({ folder, log: ({ event }) => logged.push(event) });
    opened.push(disk);
    return disk;
  }

  const write = (disk: OpenDisk, cib: Cib) =>
    new Promise<string | null>((done) => disk.writeCib(cib, done));
  const setAside = (disk: OpenDisk, cib: Cib, label: string) =>
    new Promise<string | null>((done) => disk.setAside(cib, label, done));
  const writeSeq = (disk: OpenDisk, seq: number) =>
    new Promise<string | null>((done) => disk.writeRingSeq(seq, done));
  const epochIn = (name: string): unknown => {
    const record = openRecord(KIND, readFileSync(join(folder, name), "utf8"));
    return record.kind === "good" ? epochOf(record.content) : record.problem;
  };
  const names = () => readdirSync(folder).sort();

  function epochOf(cib: unknown): unknown {
    return JSON.parse(JSON.stringify(cib))?.version?.epoch;
  }

  async function writeSome(count: number): Promise<void> {
    const disk = open();
    for (let epoch = 1; epoch <= count; epoch++)
      assert.equal(await write(disk, cibOf(epoch)), null);
    await disk.close();
  }

  test("nothing is there at first; what was written is found, for its owner only", async () => {
    const disk = open();
    assert.deepEqual(disk.readCib(), { kind: "absent" });
    assert.equal(await write(disk, cibOf(1)), null);
    assert.deepEqual(open().readCib(), { kind: "found", cib: cibOf(1) });
    assert.equal(statSync(join(folder, "cib.json")).mode & 0o777, 0o600);
  });

  test("ten older generations are kept, the newest first", async () => {
    await writeSome(13);
    assert.equal(epochIn("cib.json"), 13);
    for (let number = 1; number <= 10; number++)
      assert.equal(epochIn(`cib-${number}.json`), 13 - number);
    assert.equal(names().length, 11);
  });

  test("writes asked for at once happen in order", async () => {
    const disk = open();
    const done: number[] = [];
    await Promise.all(
      [1, 2, 3, 4, 5].map((epoch) => write(disk, cibOf(epoch)).then(() => done.push(epoch))),
    );
    assert.deepEqual(done, [1, 2, 3, 4, 5]);
    assert.deepEqual(["cib.json", "cib-1.json", "cib-4.json"].map(epochIn), [5, 4, 1]);
  });

  test("too many waiting writes are refused, and writes after the close", async () => {
    const disk = open();
    const all = await Promise.all(
      Array.from({ length: 70 }, (_, index) => write(disk, cibOf(index))),
    );
    assert.equal(all.filter((problem) => problem === null).length, 64);
    assert.match(all[69] ?? "", /64 writes are waiting already/);
    await disk.close();
    assert.match((await write(disk, cibOf(1))) ?? "", /not written: closed/);
  });

  const damages = [
    ["cut in half", (path: string) => truncateSync(path, 150)],
    ["emptied", (path: string) => truncateSync(path, 0)],
    ["overwritten with zeros", (path: string) => writeFileSync(path, Buffer.alloc(400))],
    [
      "changed by hand",
      (path: string) => writeFileSync(path, readFileSync(path, "utf8").replace("ip2", "ip9")),
    ],
  ] as const;
  for (const [how, damage] of damages) {
    test(`a CIB ${how} is moved aside, and the newest good generation used`, async () => {
      await writeSome(4);
      damage(join(folder, "cib.json"));
      damage(join(folder, "cib-1.json"));
      const bytes = readFileSync(join(folder, "cib.json"));
      const found = open().readCib();
      assert.equal(found.kind, "damaged");
      if (found.kind !== "damaged") return;
      assert.deepEqual([found.from, epochOf(found.recovered)], ["cib-2.json", 2]);
      assert.match(
        found.problem,
        /^cib.json: .*; kept as cib.damaged-1.json; cib-1.json: .* cib-2.json is used instead$/,
      );
      assert.deepEqual(readFileSync(join(folder, "cib.damaged-1.json")), bytes);
      assert.deepEqual(logged, ["cibDamaged"]);
    });
  }

  test("a lost CIB is told as long as nothing was written, then all is well", async () => {
    await writeSome(3);
    rmSync(join(folder, "cib.json"));
    assert.equal(open().readCib().kind, "damaged");
    const disk = open();
    const found = disk.readCib();
    assert.ok(found.kind === "damaged" && epochOf(found.recovered) === 2);
    assert.equal(await write(disk, cibOf(9)), null);
    assert.deepEqual(["cib.json", "cib-1.json", "cib-2.json"].map(epochIn), [9, 2, 1]);
    assert.equal(open().readCib().kind, "found");
  });

  test("without any good generation nothing is recovered and nothing deleted", async () => {
    await writeSome(1);
    writeFileSync(join(folder, "cib.json"), "x");
    const found = open().readCib();
    assert.ok(found.kind === "damaged" && found.recovered === null && found.from === "");
    assert.deepEqual(names(), ["cib.damaged-1.json"]);
  });

  test("a crash between any two steps of a write leaves the old or the new CIB", async () => {
    const text = sealRecord(KIND, cibOf(99));
    const steps: readonly (readonly [string, () => void, number])[] = [
      [
        "half of the temporary file",
        () => writeFileSync(join(folder, "cib.json.writing"), text.slice(0, 99)),
        3,
      ],
      ["the whole temporary file", () => writeFileSync(join(folder, "cib.json.writing"), text), 3],
      [
        "generations moved on",
        () => execFileSync("mv", [join(folder, "cib-1.json"), join(folder, "cib-2.json")]),
        3,
      ],
      [
        "the present one linked",
        () => execFileSync("ln", [join(folder, "cib.json"), join(folder, "cib-1.json")]),
        3,
      ],
      [
        "renamed",
        () => execFileSync("mv", [join(folder, "cib.json.writing"), join(folder, "cib.json")]),
        99,
      ],
    ];
    for (let end = 1; end <= steps.length; end++) {
      rmSync(folder, { recursive: true, force: true });
      await writeSome(3);
      for (const [, step] of steps.slice(0, end)) step();
      const found = open().readCib();
      const [name, , expected] = steps[end - 1] ?? ["", null, 0];
      assert.ok(found.kind === "found" && epochOf(found.cib) === expected, `after: ${name}`);
      assert.ok(!existsSync(join(folder, "cib.json.writing")), "cleaned");
      const disk = open();
      assert.equal(await write(disk, cibOf(100)), null);
      assert.deepEqual([epochIn("cib.json"), epochIn("cib-1.json")], [100, expected]);
    }
  });

  test("a writer killed at any moment leaves a good CIB that never goes back", async function () {
    this.timeout(20_000);
    const program = join(base, "writer.ts");
    const module = resolve("agent/shell/disk/cluster-disk.ts");
    writeFileSync(
      program,
      `import { openDisk } from ${JSON.stringify(module)};
       const disk = openDisk({ folder: process.argv[2], log: () => {} });
       const found = disk.readCib();
       if (found.kind === "damaged") throw new Error(found.problem);
       let cib = found.kind === "found" ? found.cib :
         ${JSON.stringify(cibOf(0, "x".repeat(20_000)))};
       const next = () => {
         cib = { ...cib, version: { ...cib.version, epoch: cib.version.epoch + 1 } };
         disk.writeCib(cib, (problem) => {
           if (problem) throw new Error(problem);
           console.log(cib.version.epoch);
           next();
         });
       };
       next();`,
    );
    for (let run = 0; run < 6; run++) {
      const args = ["--import=tsx", program, folder];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      let written = "";
      const ended = new Promise((done) => child.on("exit", done));
      await new Promise<void>((done) => {
        child.stdout.on("data", (text: Buffer) => {
          if (written === "") setTimeout(done, 3 + run * 7);
          written += text.toString("utf8");
        });
      });
      child.kill("SIGKILL");
      await ended;
      const acknowledged = Number(written.trim().split("\n").at(-1));
      const found = open().readCib();
      assert.equal(found.kind, "found");
      const epoch = found.kind === "found" ? Number(epochOf(found.cib)) : 0;
      assert.ok(epoch >= acknowledged, `${epoch} on disk, ${acknowledged} acknowledged`);
    }
  });

  test("a full disk fails the write and keeps the old CIB", () => {
    mkdirSync(folder, { recursive: true });
    const script = join(base, "full.ts");
    const module = resolve("agent/shell/disk/cluster-disk.ts");
    writeFileSync(
      script,
      `import { openDisk } from ${JSON.stringify(module)};
       const disk = openDisk({ folder: process.argv[2], log: () => {} });
       const cib = ${JSON.stringify(cibOf(1))};
       const write = (padding) => new Promise((done) =>
         disk.writeCib({ ...cib, properties: { padding } }, done));
       (async () => {
         const first = await write("small");
         const second = await write("x".repeat(200_000));
         const again = openDisk({ folder: process.argv[2], log: () => {} }).readCib();
         const third = await write("small again");
         console.log(JSON.stringify([first, second, again.kind,
           again.cib?.properties.padding, third]));
       })();`,
    );
    const run = `exec ${process.execPath} --import=tsx ${script} ${folder}`;
    const command = `mount -t tmpfs -o size=64k none ${folder} && ${run}`;
    const out = execFileSync("unshare", ["-m", "/bin/sh", "-c", command], { encoding: "utf8" });
    const [first, second, kind, padding, third] = JSON.parse(out);
    assert.deepEqual([first, kind, padding, third], [null, "found", "small", null]);
    assert.match(second, /^cib\.json in .*: not written: ENOSPC/);
  }).timeout(10_000);

  test("on a read-only disk what is there is read, and a write fails", async () => {
    await writeSome(2);
    truncateSync(join(folder, "cib.json"), 100);
    writeFileSync(join(folder, "cib.json.writing"), "leftover");
    const script = join(base, "readonly.ts");
    const module = resolve("agent/shell/disk/cluster-disk.ts");
    writeFileSync(
      script,
      `import { openDisk } from ${JSON.stringify(module)};
       const disk = openDisk({ folder: process.argv[2], log: () => {} });
       disk.writeCib(${JSON.stringify(cibOf(3))}, (problem) =>
         console.log(JSON.stringify([disk.readCib(), problem])));`,
    );
    const run = `exec ${process.execPath} --import=tsx ${script} ${folder}`;
    const mounts = `mount --bind ${folder} ${folder} && mount -o remount,ro,bind ${folder}`;
    const command = `${mounts} && ${run}`;
    const out = execFileSync("unshare", ["-m", "/bin/sh", "-c", command], { encoding: "utf8" });
    const [found, problem] = JSON.parse(out);
    assert.deepEqual(
      [found.kind, found.from, epochOf(found.recovered)],
      ["damaged", "cib-1.json", 1],
    );
    assert.match(found.problem, /not moved aside: EROFS/);
    assert.match(problem, /not written: EROFS/);
    assert.equal(statSync(join(folder, "cib.json")).size, 100);
  }).timeout(10_000);

  test("a folder that cannot be made is one clear line", () => {
    writeFileSync(join(base, "deep"), "a file");
    assert.throws(open, /^Error: folder ".*lb-cluster": ENOTDIR/);
  });

  test("copies set aside are kept side by side, the same copy once", async () => {
    const disk = open();
    assert.equal(await setAside(disk, cibOf(7), "ring 2.41/../x"), null);
    assert.equal(await setAside(disk, cibOf(7), "ring 2.41/../x"), null);
    assert.equal(await setAside(disk, cibOf(7, "other"), "ring 2.41/../x"), null);
    assert.deepEqual(disk.listSetAside(), [
      "cib.set-aside-0.7.0-ring-2.41-..-x-2.json",
      "cib.set-aside-0.7.0-ring-2.41-..-x.json",
    ]);
    assert.equal(epochIn("cib.set-aside-0.7.0-ring-2.41-..-x.json"), 7);
    assert.deepEqual(open().readCib(), { kind: "absent" }, "a copy set aside is never the CIB");
  });

  test("the highest ring sequence number is kept", async () => {
    const disk = open();
    assert.deepEqual(disk.readRingSeq(), { kind: "absent" });
    assert.deepEqual([await writeSeq(disk, 5), await writeSeq(disk, 4)], [null, null]);
    assert.deepEqual(open().readRingSeq(), { kind: "found", seq: 5 });
    truncateSync(join(folder, "ring-seq.json"), 20);
    assert.equal(open().readRingSeq().kind, "damaged");
  });
});
