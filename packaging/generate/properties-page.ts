/** lb-properties(7), from the table of cluster properties. */
import { PROPERTIES } from "../../agent/core/configuration/index.ts";
import { entry, type PageHead, pageHead, paragraphs, section, seeAlso } from "./roff.ts";

/** The page: every property with its default. */
export function renderPropertiesPage(about: Pick<PageHead, "day" | "release">): string {
  const summary = "settings of a whole lb-cluster";
  return [
    ...pageHead({ name: "lb-properties", section: 7, summary, ...about }),
    ...section("SYNOPSIS", ["\\fBlbctl property set\\fR \\fINAME\\fR=[\\fIVALUE\\fR]..."]),
    ...section(
      "DESCRIPTION",
      paragraphs(
        "Properties hold for both nodes and all resources. Their names, types and defaults are " +
          "those of Pacemaker. An empty value removes one, so that its default holds again.",
      ),
    ),
    ...section(
      "PROPERTIES",
      PROPERTIES.flatMap(({ name, default: value, description }) => {
        const text = `${description.charAt(0).toUpperCase()}${description.slice(1)}.`;
        return entry(name, value === "" ? text : `${text} Default: ${value}.`);
      }),
    ),
    ...seeAlso(["lbctl", 8], ["lb-cluster.yaml", 5]),
    "",
  ].join("\n");
}
