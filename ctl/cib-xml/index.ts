export type { ImportLine } from "./import-line.ts";
export { OWN_PROPERTIES } from "./old-names.ts";
export { type ImportPlan, planImport } from "./plan-import.ts";
export { type CibDocument, type CibReadOptions, readCibDocument } from "./read-cib-document.ts";
export { asTime, readTimeText } from "./read-scalars.ts";
export type { Note } from "./reading.ts";
export { renderPcsScript } from "./render-pcs-script.ts";
export { writeCib } from "./write-cib.ts";
