export {
  type AddressTablePorts,
  type OpenAddressTable,
  openAddressTable,
} from "./address-table.ts";
export { openLinkQuestions } from "./ask-link.ts";
