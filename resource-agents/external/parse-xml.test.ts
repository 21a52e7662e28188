import assert from "node:assert/strict";
import { parseXml } from "./parse-xml.ts";

suite("small XML documents", () => {
  test("elements, attributes in both quotes, entities, CDATA, comments and declarations", () => {
    const document = `noise before
      <?xml version="1.0"?><!DOCTYPE a SYSTEM "a.dtd" [<!ENTITY x "y">]><!-- <b> -->
      <a one="1 &gt; 0" two='say "&quot;"'>x&#65;&#x42;&amp;<![CDATA[<raw>]]><b/><b c="d"></b></a>
    `;
    assert.deepEqual(parseXml(document), {
      name: "a",
      attributes: { one: "1 > 0", two: 'say """' },
      text: "xAB&<raw>",
      children: [
        { name: "b", attributes: {}, children: [], text: "" },
        { name: "b", attributes: { c: "d" }, children: [], text: "" },
      ],
    });
  });

  for (const document of [
    "",
    "text",
    "<a>",
    "<a></b>",
    "<a/><b/>",
    "</a>",
    "<a b=c/>",
    "<a",
    "<a><",
  ]) {
    test(`"${document}" is not well-formed`, () => {
      assert.equal(parseXml(document), null);
    });
  }

  test("nesting beyond the limit is refused", () => {
    assert.notEqual(parseXml(`${"<a>".repeat(60)}${"</a>".repeat(60)}`), null);
    assert.equal(parseXml(`${"<a>".repeat(100)}${"</a>".repeat(100)}`), null);
  });
});
