/** Small documents for the tests of this folder. */

/** A CIB with these parts; root attributes that count are given, the others are plain. */
export function cibDocument(
  parts: {
    readonly options?: string;
    readonly nodes?: string;
    readonly resources?: string;
    readonly constraints?: string;
    readonly more?: string;
    readonly status?: string;
    readonly schema?: string;
    readonly root?: string;
  } = {},
): string {
  const nodes = parts.nodes ?? '<node id="1" uname="p1"/><node id="2" uname="p2"/>';
  return `<?xml version="1.0"?>
<cib crm_feature_set="3.16.1" validate-with="${parts.schema ?? "pacemaker-3.9"}" admin_epoch="1"
     epoch="2" num_updates="3" have-quorum="1" ${parts.root ?? ""}>
  <configuration>
    <crm_config>${parts.options ?? ""}</crm_config>
    <nodes>${nodes}</nodes>
    <resources>${parts.resources ?? ""}</resources>
    <constraints>${parts.constraints ?? ""}</constraints>
    ${parts.more ?? ""}
  </configuration>
  <status>${parts.status ?? ""}</status>
</cib>`;
}

/** A set of properties. */
export function propertySet(values: Readonly<Record<string, string>>, id = "options"): string {
  return `<cluster_property_set id="${id}">${pairs(id, values)}</cluster_property_set>`;
}

/** Name-value pairs with ids made from the first word. */
export function pairs(id: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `<nvpair id="${id}-${name}" name="${name}" value="${value}"/>`)
    .join("");
}

/** A primitive that does nothing, with what is inside it. */
export function dummy(id: string, inner = "", more = ""): string {
  const agent = 'class="ocf" provider="pacemaker" type="Dummy"';
  return `<primitive id="${id}" ${agent} ${more}>${inner}</primitive>`;
}
