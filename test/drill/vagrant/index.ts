export { openVagrantPair, type VagrantPair } from "./vagrant-pair.ts";
