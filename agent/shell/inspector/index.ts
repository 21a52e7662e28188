export { type Inspector, type InspectorPorts, openInspector } from "./inspector.ts";
export { openFileReader } from "./shown-files.ts";
