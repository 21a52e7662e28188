/** What of the old files becomes the configuration: a CIB, or the services of rgmanager. */
import { checkCib } from "../../agent/core/configuration/index.ts";
import type { Cib, NodeName, Problem } from "../../agent/core/model/index.ts";
import { planImport } from "../cib-xml/index.ts";
import { ImportLines } from "./old-cluster.ts";
import { type FilePart, inFile, type OldFiles } from "./read-old-files.ts";
import {
  countElements,
  hasServices,
  readServices,
  SERVICE_ELEMENTS_MAX,
} from "./read-rgmanager.ts";
import { KIND_NAMES } from "./recognize-file.ts";

/** The configuration with its lines; `cib` is null when the files hold no resources. */
export interface ResourcePlan {
  readonly cib: Cib | null;
  readonly part: FilePart | null;
  readonly problems: readonly Problem[];
}

/**
 * Plans for a cluster of these nodes; null: not known. Beside a CIB the services of rgmanager do
 * not count: it did not run where Pacemaker did.
 */
export function planResources(
  { cib, services, cluster }: Pick<OldFiles, "cib" | "services" | "cluster">,
  target: {
    readonly nodes: readonly NodeName[] | null;
    readonly map: ReadonlyMap<NodeName, NodeName>;
  },
): ResourcePlan {
  if (cib !== null) {
    // A pair that the CIB does not know is about the file that names the nodes, where there is one.
    const map = cluster.nodes.length === 0 ? target.map : mapOf(cib.document, target.map);
    const plan = planImport(cib.document, { ...target, map });
    const own = new ImportLines();
    if (services !== null && hasServices(services.rm)) {
      const text = `the resources are those of ${cib.file}`;
      own.drop(`rm of ${services.file}`, text, services.rm.line);
    }
    const part = { file: cib.file, what: KIND_NAMES.cib, lines: [...plan.lines, ...own.lines] };
    return { cib: plan.cib, part, problems: inFile(cib.file, plan.problems) };
  }
  if (services === null) return { cib: null, part: null, problems: [] };
  const count = countElements(services.rm);
  if (count > SERVICE_ELEMENTS_MAX) {
    const path = `${services.file}: line ${services.rm.line}: rm`;
    const expected = `at most ${SERVICE_ELEMENTS_MAX} elements`;
    const problem = { code: "bad-old-config", path, found: `${count}`, expected };
    return { cib: null, part: null, problems: [problem] };
  }
  const lines = new ImportLines();
  const nodes = target.nodes ?? [];
  const made = readServices({
    rm: services.rm,
    lines,
    nodes,
    rename: (name) => target.map.get(name) ?? name,
  });
  const part = { file: services.file, what: "services of rgmanager", lines: lines.lines };
  // Without a resource there is nothing to replace a configuration by.
  if (made.resources.length === 0) return { cib: null, part, problems: [] };
  return { cib: made, part, problems: inFile(services.file, checkCib(made, nodes)) };
}

/** The pairs that the document knows. */
function mapOf(
  { input }: NonNullable<OldFiles["cib"]>["document"],
  map: ReadonlyMap<NodeName, NodeName>,
): ReadonlyMap<NodeName, NodeName> {
  const names = new Set(input.cib.nodes.map(({ name }) => name));
  return new Map([...map].filter(([from]) => names.has(from)));
}
