/** `resource disable --safe`: only where nothing else stops, starts or moves. */
import { findResource } from "../../agent/core/configuration/index.ts";
import { type Change, primitivesOf, withoutNumber } from "../../agent/core/model/index.ts";
import { failed } from "../ctl-error.ts";
import { parseMetaSwitch } from "../parse/parse-resource.ts";
import type { Session } from "../session.ts";
import { applyAndReport, isGiven, type Options } from "./command-kit.ts";
import { readLiveInput } from "./read-facts.ts";

/** The change of `resource disable ID...`. */
export function parseDisable(words: readonly string[]): readonly Change[] {
  return parseMetaSwitch(words, { "target-role": "Stopped" }, "disable");
}

/** Disables the resources, or throws what would become of others. */
export function disableSafely(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<void> {
  const changes = parseDisable(words);
  return session.withAgent(async (agent) => {
    if (!isGiven(options, "plan") && !isGiven(options, "simulate")) {
      const present = await readLiveInput(agent);
      const { input } = await agent.apply(changes, { isDryRun: true });
      const { planEffects } = await import("../what-if/index.ts");
      const meant = new Set(
        words.flatMap((id) => {
          const found = findResource(present.cib, id);
          return found === null ? [id] : primitivesOf(found).map((primitive) => primitive.id);
        }),
      );
      const { effects } = planEffects(present, input ?? present);
      const others = effects.filter(
        ({ resource }) => resource === null || !meant.has(withoutNumber(resource)),
      );
      if (others.length > 0) {
        const { renderEffect } = await import("../render/render-transition-plan.ts");
        const lines = others.map((effect) => `it also ${renderEffect(effect)}`);
        throw failed("not disabled, since that has an effect on other resources", ...lines);
      }
    }
    await applyAndReport(session, agent, { changes, options });
  });
}
