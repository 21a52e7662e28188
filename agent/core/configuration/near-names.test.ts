import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { suggestNames } from "./index.ts";

const KIND = { one: "command", many: "commands", listedBy: "lbctl --help" };
const MANY = Array.from(
  { length: 20 },
  (_, number) => `resource-${String.fromCharCode(97 + number)}`,
);

suite("hints for names that are not known", () => {
  const rows: readonly (readonly [wanted: string, known: readonly string[], hint: string])[] = [
    ["wob", ["web", "address"], "did you mean command 'web'? the commands are web, address"],
    ["WEB", ["web"], "did you mean command 'web'? the commands are web"],
    [
      "webserv",
      ["webserver", "x"],
      "did you mean command 'webserver'? the commands are webserver, x",
    ],
    ["quite-else", ["web", "ip"], "the commands are ip, web"],
    ["a", ["b", "c"], "the commands are b, c"],
    ["x", [], "there are no commands"],
    ["resource-A", MANY, "did you mean command 'resource-a' or 'resource-b'?"],
    ["else", MANY, 'none of the 20 commands is like it; "lbctl --help" lists them'],
  ];
  for (const [wanted, known, hint] of rows) {
    test(`"${wanted}" among ${known.length}: ${hint}`, () => {
      assert.equal(suggestNames(wanted, known, KIND), hint);
    });
  }
});
