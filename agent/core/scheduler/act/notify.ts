import { compareText } from "../../base/index.ts";
import { INFINITY_SCORE } from "../../model/index.ts";
import { orderActions } from "../links.ts";
import { RELATION } from "../relations.ts";
import { topOf } from "../tree.ts";
import {
  ROLE,
  type Working,
  type WorkingAction,
  type WorkingNode,
  type WorkingResource,
} from "../working.ts";
import { createAction } from "./create-action.ts";
import { findNewestAction } from "./find-actions.ts";
import {
  makeNoticePoints,
  type NoticePoints,
  type NoticeTask,
  noticeKey,
  noticePointsOf,
} from "./notice-points.ts";

/** An instance and the node where it is or where something is done with it. */
interface Entry {
  readonly resource: WorkingResource;
  readonly node: WorkingNode | null;
}

/** What the instances of a clone are doing, for the variables that their agents read. */
interface Account {
  readonly start: Entry[];
  readonly stop: Entry[];
  readonly promote: Entry[];
  readonly demote: Entry[];
  readonly active: Entry[];
  readonly unpromoted: Entry[];
  readonly promoted: Entry[];
  readonly inactive: Entry[];
}

interface Notice {
  readonly points: NoticePoints;
  readonly account: Account;
  readonly variables: ReadonlyMap<string, string>;
}

const TASKS: readonly NoticeTask[] = ["start", "stop", "promote", "demote"];

/**
 * Makes what the instances of a clone are told, once all is decided: about each task that happens
 * to any of them, every instance that is or will be active hears before and after. Called when all
 * orderings have been applied.
 */
export function sendNotifications(working: Working, clone: WorkingResource): void {
  if (!clone.isNotified) return;
  for (const task of TASKS) {
    const points = noticePointsOf(clone, task);
    if (points === null) continue;
    const account = takeAccount(clone, true);
    if (account[task].length > 0) requirePoints(points);
    const variables = describeAccount(working, clone, account);
    notifyInstances(working, clone, { points, account, variables });
  }
}

/**
 * Tells about a stop that the fencing of its node brings about: those that stop elsewhere hear of
 * it after the fencing.
 */
export function notifyAfterFencing(
  working: Working,
  stop: WorkingAction,
  fencing: WorkingAction,
): void {
  const { resource, node } = stop;
  if (resource === null || node === null) return;
  const about = { task: "stop", begin: null, end: fencing } as const;
  const points = makeNoticePoints(working, resource, about);
  if (points === null) return;
  const account = takeAccount(resource, false);
  const variables = new Map([
    ["notify_stop_resource", resource.id],
    ["notify_stop_uname", node.name],
  ]);
  notifyInstances(working, topOf(resource), { points, account, variables });
}

function requirePoints({ pre, preDone, post, postDone }: NoticePoints): void {
  for (const point of [pre, preDone, post, postDone]) {
    if (point !== null) point.isOptional = false;
  }
}

function takeAccount(resource: WorkingResource, withActions: boolean): Account {
  const account: Account = {
    start: [],
    stop: [],
    promote: [],
    demote: [],
    active: [],
    unpromoted: [],
    promoted: [],
    inactive: [],
  };
  collect(resource, account, withActions);
  return account;
}

function collect(resource: WorkingResource, account: Account, withActions: boolean): void {
  if (resource.children.length > 0) {
    for (const child of resource.children) collect(child, account, withActions);
    return;
  }
  const entry = { resource, node: resource.runningOn[0] ?? null };
  if (resource.role === ROLE.stopped) account.inactive.push(entry);
  if (resource.role >= ROLE.started) account.active.push(entry);
  if (resource.role === ROLE.unpromoted) account.unpromoted.push(entry);
  if (resource.role === ROLE.promoted) account.promoted.push(entry);
  if (!withActions) return;
  for (const { task, node, isOptional, isRunnable } of resource.actions) {
    if (isOptional || node === null) continue;
    // A stop on a node to be fenced is told of even if it can not be done.
    const happens = isRunnable || (task === "stop" && node.isUnclean);
    if (happens && isNoticeTask(task)) account[task].push({ resource, node });
  }
}

function isNoticeTask(task: string): task is NoticeTask {
  return task === "start" || task === "stop" || task === "promote" || task === "demote";
}

function notifyInstances(working: Working, resource: WorkingResource, notice: Notice): void {
  if (resource.children.length > 0) {
    for (const child of resource.children) notifyInstances(working, child, notice);
    return;
  }
  const { task } = notice.points;
  for (const action of resource.actions) {
    if (action.isOptional || action.node === null || !isNoticeTask(action.task)) continue;
    for (const [name, value] of notice.variables) action.meta.set(name, value);
  }
  // Whether anything is stopped is not asked: fencing may do it without an action.
  if (task !== "stop" && notice.account[task].length === 0) return;
  if (task === "stop" || task === "demote") tellBeforeDown(working, resource, notice);
  else tellBeforeUp(working, resource, notice);
}

function tellBeforeDown(working: Working, resource: WorkingResource, notice: Notice): void {
  if (resource.role === ROLE.stopped) return;
  const stop = findNewestAction(resource, "stop");
  for (const node of resource.runningOn) {
    // A node that is being fenced hears nothing.
    if (stop?.isPseudo === true && node.isUnclean) continue;
    tell(working, resource, { notice, node, side: "pre" });
    if (notice.points.task === "demote" || stop === null || stop.isOptional) {
      tellAfter(working, resource, { notice, node });
    }
  }
}

function tellBeforeUp(working: Working, resource: WorkingResource, notice: Notice): void {
  const node = resource.assignedTo;
  if (resource.nextRole === ROLE.stopped || node === null) return;
  const start = findNewestAction(resource, "start");
  if (notice.points.task === "promote" || start === null || start.isOptional) {
    tell(working, resource, { notice, node, side: "pre" });
  }
  tellAfter(working, resource, { notice, node });
}

interface Address {
  readonly notice: Notice;
  readonly node: WorkingNode;
}

/** Tells one instance that it has happened, and lets its monitors wait until all know. */
function tellAfter(working: Working, resource: WorkingResource, address: Address): void {
  const told = tell(working, resource, { ...address, side: "post" });
  if (told !== null) told.priority = INFINITY_SCORE;
  for (const action of resource.actions) {
    if (action.intervalMs === 0 || action.task === "cancel") continue;
    orderActions(address.notice.points.postDone, action, RELATION.ordered);
  }
}

function tell(
  working: Working,
  resource: WorkingResource,
  { notice, node, side }: Address & { readonly side: "pre" | "post" },
): WorkingAction | null {
  const { task } = notice.points;
  const begin = side === "pre" ? notice.points.pre : notice.points.post;
  const end = side === "pre" ? notice.points.preDone : notice.points.postDone;
  if (begin === null || end === null || !node.isOnline || !begin.isRunnable) return null;
  const told = createAction(working, {
    resource,
    node,
    task: begin.task,
    isOptional: begin.isOptional,
    key: noticeKey(resource, side, task),
  });
  for (const [name, value] of begin.meta) if (!told.meta.has(name)) told.meta.set(name, value);
  for (const [name, value] of notice.variables) told.meta.set(name, value);
  orderActions(begin, told, RELATION.ordered);
  orderActions(told, end, RELATION.ordered);
  return told;
}

/** The variables under the names that agents know them by; a blank where there is nothing. */
function describeAccount(
  working: Working,
  clone: WorkingResource,
  account: Account,
): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  const put = (name: string, entries: readonly Entry[], withNodes = true): void => {
    const listed = distinct(entries, withNodes);
    variables.set(`notify_${name}_resource`, words(listed.map(({ resource }) => resource.id)));
    if (!withNodes) return;
    variables.set(`notify_${name}_uname`, words(listed.map(({ node }) => node?.name ?? "")));
  };
  for (const task of TASKS) put(task, account[task]);
  put("active", account.active);
  put("unpromoted", account.unpromoted);
  put("slave", account.unpromoted);
  put("promoted", account.promoted);
  put("master", account.promoted);
  put("inactive", account.inactive, false);
  const available = working.nodes.filter((node) => clone.allowed.has(node));
  variables.set("notify_available_uname", words(available.map(({ name }) => name)));
  variables.set("notify_all_uname", words(working.nodes.map(({ name }) => name)));
  return variables;
}

/** Sorted by id and node, each resource once. */
function distinct(entries: readonly Entry[], withNodes: boolean): readonly Entry[] {
  const usable = withNodes ? entries.filter(({ node }) => node !== null) : [...entries];
  const sorted = usable.toSorted(
    (a, b) =>
      compareText(a.resource.id, b.resource.id) ||
      compareText(a.node?.name ?? "", b.node?.name ?? ""),
  );
  return sorted.filter((entry, index) => entry.resource !== sorted[index - 1]?.resource);
}

function words(names: readonly string[]): string {
  return names.length === 0 ? " " : names.join(" ");
}
