/** `lbctl explain` as sentences. */
import type {
  ExplainedCluster,
  ExplainedPlace,
  ExplainedPromotion,
  Explanation,
  Remedy,
} from "../what-if/index.ts";

/** What is shown: the resource, the cluster around it, when time alone changes something. */
export interface ExplanationView {
  readonly explanation: Explanation;
  readonly cluster: ExplainedCluster;
  /** Ready to print; null: never. */
  readonly recheckAt: string | null;
}

/** The whole answer. */
export function renderExplanation({ explanation, cluster, recheckAt }: ExplanationView): string {
  const { matters, underWay, remedies } = cluster;
  const around = [...matters.map(sentence), ...underWay.map((each) => `Under way: ${each}.`)];
  const sections = [
    renderOne(explanation),
    around.length === 0 ? [] : ["The cluster:", ...around.map((line) => `  * ${line}`)],
    renderRemedies(
      "What would change that:",
      remedies.filter(({ command }) => !isSaid(explanation, command)),
      "  ",
    ),
    recheckAt === null ? [] : [`Time alone changes something at ${recheckAt}.`],
  ];
  return sections
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n");
}

function renderOne(explanation: Explanation): readonly string[] {
  const { summary, heldBy, waitsFor, places, promotion, remedies, parts } = explanation;
  return [
    sentence(summary),
    ...heldBy.filter((text) => !summary.includes(text)).map((text) => `  * ${sentence(text)}`),
    ...waitsFor.map((text) => `  * It waits: ${text}.`),
    ...renderRemedies("What would change that:", remedies, "  "),
    ...places.flatMap(renderPlace),
    ...renderPromotion(promotion),
    ...parts.flatMap((part) => ["", ...renderOne(part)]),
  ];
}

function isSaid({ remedies, parts }: Explanation, command: string): boolean {
  return (
    remedies.some((remedy) => remedy.command === command) ||
    parts.some((part) => isSaid(part, command))
  );
}

function renderPlace({
  node,
  isChosen,
  sentence: words,
  remedies,
}: ExplainedPlace): readonly string[] {
  const title = isChosen ? `Why ${node}` : `Why not ${node}`;
  return [
    `${title}: ${sentence(words)}`,
    ...renderRemedies("What would change that:", remedies, "  "),
  ];
}

function renderPromotion(promotion: ExplainedPromotion | null): readonly string[] {
  if (promotion === null) return [];
  const { node, isPromoted, sentence: words, remedies } = promotion;
  const title = isPromoted ? `Why promoted on ${node}` : `Why not promoted on ${node}`;
  return [
    `${title}: ${sentence(words)}`,
    ...renderRemedies("What would change that:", remedies, "  "),
  ];
}

function renderRemedies(
  title: string,
  remedies: readonly Remedy[],
  indent: string,
): readonly string[] {
  if (remedies.length === 0) return [];
  return [
    `${indent}${title}`,
    ...remedies.map(({ command, effect }) => `${indent}  ${command}   ${effect}`),
  ];
}

/** The first letter of a name stays as it is written: `virtual_ip runs on ip1.` */
function sentence(clause: string): string {
  return clause.endsWith(".") ? clause : `${clause}.`;
}
