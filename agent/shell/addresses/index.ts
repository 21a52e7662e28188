export {
  type AddressTablePorts,
  type OpenAddressTable,
  openAddressTable,
} from "./address-table.ts";
export { type LinkQuestions, openLinkQuestions } from "./ask-link.ts";
