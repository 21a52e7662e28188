/** Pages of a web server: fetched and judged without a child process, for the balancers' agents. */
export { parseExtendedRegex } from "./extended-regex.ts";
export { type DeepServer, findDeepHere, withGroups } from "./find-deep.ts";
export {
  type FoundMember,
  findGroupsDown,
  gatherGroups,
  type Member,
  type MemberGroup,
  parseMember,
} from "./member-groups.ts";
export {
  type Expectation,
  explainPage,
  type FetchOptions,
  fetchPage,
  isStatusExpected,
  type Page,
  parseStatuses,
  type StatusRanges,
  showUrl,
  tryConnect,
} from "./page.ts";
export {
  parseTestConfig,
  readWebChecks,
  type WebCheck,
  type WebCheckSource,
  type WebChecksResult,
} from "./read-web-checks.ts";
export { joinResults, runWebChecks } from "./run-web-checks.ts";
