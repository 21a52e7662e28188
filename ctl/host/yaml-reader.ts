/** The YAML library, in a module of its own so that only commands that read YAML load it. */
export { parseDocument } from "yaml";
