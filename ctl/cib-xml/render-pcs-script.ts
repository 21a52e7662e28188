/** Writes a configuration as a bash script of pcs commands (pcs 0.11). */
import {
  listResources,
  PROPERTIES,
  resourcesNamedIn,
} from "../../agent/core/configuration/index.ts";
import type {
  Cib,
  CibNode,
  FencingLevel,
  NameValues,
  Problem,
  Tag,
  ValueSet,
} from "../../agent/core/model/index.ts";
import { visibleLine } from "../visible-text.ts";
import { OWN_PROPERTIES } from "./old-names.ts";
import { constraintCommands } from "./pcs-constraints.ts";
import { type Commands, resourceCommands } from "./pcs-resources.ts";
import { assignments, commandLine } from "./pcs-words.ts";
import { writeSections } from "./write-cib.ts";
import { checkWritable } from "./write-constraints.ts";
import { renderXml, type XmlText, type XmlTree, xml } from "./xml-text.ts";

const HEAD = `#!/usr/bin/env bash
# Recreates this configuration on a cluster of Pacemaker, with pcs 0.11.
#   bash SCRIPT FILE   changes the CIB file FILE and nothing else, as "pcs -f FILE" does
#   bash SCRIPT        fetches the CIB of the cluster that this host is in, changes the copy, and
#                      pushes what has changed
# The nodes have to be in that CIB already. Nothing that stands in it is removed.
set -euo pipefail

if [ $# -gt 0 ]; then
  CIB=$1
  if ! grep -q 'crm_feature_set=' "$CIB"; then
    echo "$CIB: has no crm_feature_set, and cibadmin refuses it; begin with: cibadmin --empty" >&2
    exit 1
  fi
else
  CIB=$(mktemp)
  pcs cluster cib "$CIB"
  cp "$CIB" "$CIB.before"
fi

# For what pcs has no words: XML from standard input, into a section of the file.
push() {
  CIB_file="$CIB" cibadmin --modify --allow-create --scope "$1" --xml-pipe
}

# The same into the entry of a node, whose id only the file knows.
push_to_node() {
  local entry id
  entry=$(CIB_file="$CIB" cibadmin --query --xpath "//nodes/node[@uname='$1']" | head -n 1)
  id=$(sed 's/.*<node [^>]*id="\\([^"]*\\)".*/\\1/' <<<"$entry")
  sed "1s/<node id=\\"[^\\"]*\\"/<node id=\\"$id\\"/" |
    CIB_file="$CIB" cibadmin --modify --scope nodes --xml-pipe
}
`;

const TAIL = `
if [ $# -eq 0 ]; then
  pcs cluster cib-push "$CIB" diff-against="$CIB.before"
  rm -f "$CIB" "$CIB.before"
fi
`;

/** The sections that every CIB has. */
const ALWAYS_THERE: readonly string[] = ["crm_config", "nodes", "resources", "constraints"];

/** What pcs sets: neither what a cluster says about itself nor what nobody knows. */
const PROPERTY_NAMES: ReadonlySet<string> = new Set(
  PROPERTIES.map(({ name }) => name).filter((name) => !OWN_PROPERTIES.includes(name)),
);

/** A script that says the whole configuration; refused where a value cannot be written in XML. */
export function renderPcsScript(cib: Cib): XmlText {
  const script = new Script(cib);
  script.addProperties();
  script.addDefaults("resource defaults");
  script.addDefaults("operation defaults");
  for (const node of cib.nodes) script.addNode(node);
  script.addResources();
  for (const tag of cib.tags ?? []) script.addTag(tag);
  for (const level of cib.fencingLevels ?? []) script.addFencingLevel(level);
  script.addConstraints();
  const problems = [...checkWritable(cib.constraints), ...script.problems];
  if (problems.length > 0) return { kind: "refused", problems };
  return { kind: "text", text: `${HEAD}${script.lines.join("\n")}\n${TAIL}` };
}

/** The lines so far. What pcs has no words for is taken from the XML form of the same thing. */
class Script {
  readonly lines: string[] = [];
  readonly problems: Problem[] = [];
  readonly #cib: Cib;
  readonly #sections: Readonly<Record<string, XmlTree>>;

  constructor(cib: Cib) {
    this.#cib = cib;
    this.#sections = writeSections(cib);
  }

  addProperties(): void {
    const { properties, propertySets = [] } = this.#cib;
    this.#title("Cluster properties");
    // pcs's own set counts before all others, which sets with a score must not suffer.
    if (propertySets.length > 0) {
      this.#push("crm_config", this.#children("crm_config"), "properties with rules");
      return;
    }
    const settable = Object.entries(properties).filter(([name]) => PROPERTY_NAMES.has(name));
    const left = Object.keys(properties).filter((name) => !PROPERTY_NAMES.has(name));
    if (left.length > 0) this.#comment(`Not for people to set: ${left.join(", ")}.`);
    this.#assign(["property", "set"], Object.fromEntries(settable), {
      more: ["--force"],
      xml: () => this.#push("crm_config", this.#children("crm_config"), "such values"),
    });
  }

  addDefaults(what: "resource defaults" | "operation defaults"): void {
    const isResource = what === "resource defaults";
    const section = isResource ? "rsc_defaults" : "op_defaults";
    const values = isResource ? this.#cib.resourceDefaults : this.#cib.operationDefaults;
    const sets: readonly ValueSet[] =
      (isResource ? this.#cib.resourceDefaultSets : this.#cib.operationDefaultSets) ?? [];
    if (sets.length > 0) {
      this.#title(`Defaults, ${what}`);
      this.#push(section, this.#children(section), `${what} with rules`);
      return;
    }
    if (Object.keys(values).length === 0) return;
    this.#title(`Defaults, ${what}`);
    const family = isResource ? ["resource"] : ["resource", "op"];
    this.#assign([...family, "defaults", "update"], values, {
      xml: () => this.#push(section, this.#children(section), "such values"),
    });
  }

  addNode(node: CibNode): void {
    const { name, attributes, attributeSets = [], utilization = {}, utilizationSets = [] } = node;
    const isMore = attributeSets.length > 0 || utilizationSets.length > 0;
    const capacities = assignments(utilization);
    if (isMore || node.score !== undefined || capacities === null) {
      const entry = this.#children("nodes").find(({ attributes: own }) => own["uname"] === name);
      this.#title(`Node ${name}`);
      if (entry !== undefined) this.#pushToNode(name, entry);
      return;
    }
    this.#assign(["node", "attribute", name], attributes, { more: ["--force"] });
    if (capacities.length > 0) this.#pcs(["node", "utilization", name, ...capacities]);
  }

  addResources(): void {
    this.#title("Resources");
    for (const { id } of this.#cib.templates ?? []) {
      this.#push("resources", this.#byId("resources", id), "templates");
    }
    for (const resource of this.#cib.resources) {
      const xml = this.#byId("resources", resource.id);
      this.#commandsOr(resourceCommands(resource), "resources", xml);
    }
  }

  addTag({ id, members }: Tag): void {
    const known = this.#resourceIds();
    const isKnown = members.every((member) => known.has(member));
    const commands = isKnown ? [["tag", "create", id, ...members]] : null;
    this.#commandsOr(commands, "tags", this.#byId("tags", id));
  }

  addFencingLevel({ target, index, devices }: FencingLevel): void {
    const whom =
      target.kind === "node"
        ? target.node
        : target.kind === "pattern"
          ? `regexp%${target.pattern}`
          : `attrib%${target.attribute}=${target.value}`;
    this.#pcs(["stonith", "level", "add", String(index), whom, ...devices, "--force"]);
  }

  addConstraints(): void {
    if (this.#cib.constraints.length === 0) return;
    this.#title("Constraints");
    const known = this.#resourceIds();
    for (const constraint of this.#cib.constraints) {
      const isKnown = resourcesNamedIn(constraint).every((id) => known.has(id));
      const commands = isKnown ? constraintCommands(constraint) : null;
      this.#commandsOr(commands, "constraints", this.#byId("constraints", constraint.id));
    }
  }

  #commandsOr(commands: Commands | null, section: string, xml: readonly XmlTree[]): void {
    if (commands === null) this.#push(section, xml, "all of this");
    else for (const words of commands) this.#pcs(words);
  }

  #assign(
    words: readonly string[],
    values: NameValues,
    how: { readonly more?: readonly string[]; readonly xml?: () => void },
  ): void {
    if (Object.keys(values).length === 0) return;
    const given = assignments(values);
    if (given !== null) this.#pcs([...words, ...given, ...(how.more ?? [])]);
    else how.xml?.();
  }

  #pcs(words: readonly string[]): void {
    this.lines.push(`pcs -f "$CIB" ${commandLine(words)}`);
  }

  #title(text: string): void {
    this.lines.push("");
    this.#comment(text);
  }

  // A name with the end of a line in it would go on behind it as a command.
  #comment(text: string): void {
    this.lines.push(`# ${visibleLine(text)}`);
  }

  #push(section: string, elements: readonly XmlTree[], what: string): void {
    for (const element of elements) {
      this.#comment(`pcs has no words for ${what}.`);
      // A section that may be missing comes along.
      if (ALWAYS_THERE.includes(section)) this.#heredoc(`push ${section}`, element);
      else this.#heredoc("push configuration", xml(section, {}, [element]));
    }
  }

  #pushToNode(name: string, entry: XmlTree): void {
    this.lines.push("# pcs has no words for all of this.");
    this.#heredoc(commandLine(["push_to_node", name]), entry);
  }

  #heredoc(command: string, element: XmlTree): void {
    const written = renderXml(element);
    if (written.kind === "refused") this.problems.push(...written.problems);
    else this.lines.push(`${command} <<'XML'`, written.text.trimEnd(), "XML");
  }

  #children(section: string): readonly XmlTree[] {
    return this.#sections[section]?.children ?? [];
  }

  #byId(section: string, id: string): readonly XmlTree[] {
    return this.#children(section).filter(({ attributes }) => attributes["id"] === id);
  }

  #resourceIds(): ReadonlySet<string> {
    return new Set(listResources(this.#cib).map(({ id }) => id));
  }
}
