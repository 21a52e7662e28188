/**
 * What the balancers' agents ask of their host for readiness and drift: files, /proc and the name
 * service, never a child process.
 */
export {
  type CertificateFacts,
  type CertificatePair,
  checkCertificatePair,
  type KeyFacts,
  type Read,
  readCertificates,
  readKey,
} from "./certificates.ts";
export { checkFolders, type FreeSpace, readFreeSpace } from "./disk-space.ts";
export { areUnchanged, type FileStamps, stampFile, stampFiles } from "./file-stamps.ts";
export { checkNames, type HostsLine, parseHostsLines, readHostsLines } from "./host-names.ts";
export {
  checkPorts,
  findSocketOwners,
  isInTheWay,
  type ListeningSocket,
  parseListening,
  readListening,
  type SocketOwner,
  type WantedPort,
} from "./listening.ts";
export {
  checkListenAddress,
  isAddressHere,
  type ListenAddress,
  NONLOCAL_BIND_SYSCTLS,
  readSysctl,
} from "./local-addresses.ts";
export { plainAddress } from "./plain-address.ts";
export { shellWord } from "./shell-word.ts";
export { checkUnitDisabled, readUnitState, type UnitState } from "./systemd-units.ts";
