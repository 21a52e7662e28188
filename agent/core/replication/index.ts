export { compareStamps, decideOwnership, electDc, type Ownership, type Side } from "./choose.ts";
export type { ActiveResource, Hello, PeerMessage } from "./peer-message.ts";
export {
  packFailcounts,
  packHistory,
  packResource,
  replaceResource,
  unpackFailcounts,
  unpackHistory,
  unpackResource,
  type WireFailcount,
  type WireHistory,
  type WireRecord,
  type WireResourceHistory,
} from "./wire-history.ts";
