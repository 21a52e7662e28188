export type {
  Membership,
  MembershipEffect,
  MembershipEvent,
  MembershipReport,
  MembershipSettings,
  MembershipStep,
} from "./membership.ts";
export { initialMembership, nextDeadline, stepMembership } from "./step-membership.ts";
