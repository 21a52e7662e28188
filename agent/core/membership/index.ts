export type {
  Membership,
  MembershipEffect,
  MembershipEvent,
  MembershipReport,
  MembershipSettings,
  MembershipStep,
} from "./membership.ts";
export { isCalm, tokenIntervalMs } from "./membership.ts";
export {
  initialMembership,
  nextDeadline,
  nextJudgement,
  stepMembership,
} from "./step-membership.ts";
