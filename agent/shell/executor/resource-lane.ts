import { endsRecurring, type OperationOrder } from "../../core/model/index.ts";

/** One run to be done: of an order given once, or of a recurring one. */
export interface Job {
  readonly orderId: number;
  readonly order: OperationOrder;
  /** Null for an order that is carried out once. */
  readonly recurring: Recurring | null;
  readonly cancel: AbortController;
}

/** A monitor that repeats until it is cancelled. */
export interface Recurring {
  readonly orderId: number;
  readonly order: OperationOrder;
  timer: NodeJS.Timeout | null;
  /** Its job is in the queue or is running. */
  job: Job | null;
  /** Asked for while it was running: it runs again right after. */
  runsAgain: boolean;
  /** The outcome last reported, as text to compare; null: none yet. */
  reported: string | null;
  isCancelled: boolean;
}

/** More orders than this for one resource at once are refused. */
const JOBS_WAITING_MAX = 64;

/**
 * The operations of one resource: one at a time, in the order given. A recurring monitor is in one
 * of the states waiting (its timer runs) → queued → running → waiting, until it is cancelled.
 */
export class ResourceLane {
  readonly #perform: (job: Job) => Promise<void>;
  readonly #recurring = new Map<string, Recurring>();
  readonly #queue: Job[] = [];
  #running: Job | null = null;
  #isDraining = false;
  #idle: Promise<void> = Promise.resolve();

  /** `perform` carries out a job and reports; it never rejects but by a broken invariant. */
  constructor(perform: (job: Job) => Promise<void>) {
    this.#perform = perform;
  }

  /** True when nothing runs, waits or repeats. */
  get isIdle(): boolean {
    return !this.#isDraining && this.#recurring.size === 0;
  }

  /** True when a change of state waits for its turn. */
  get isChangeWaiting(): boolean {
    return this.#queue.some(({ order }) => endsRecurring(order.operation));
  }

  /** Queues an order that is carried out once. False: too many are waiting. */
  runOnce(orderId: number, order: OperationOrder): boolean {
    if (this.#queue.length >= JOBS_WAITING_MAX) return false;
    this.#push({ orderId, order, recurring: null, cancel: new AbortController() });
    return true;
  }

  /** Repeats an order, first at once; replaces one of the same name and interval. */
  repeat(orderId: number, order: OperationOrder): boolean {
    this.cancel(order.operation, order.intervalMs);
    if (this.#recurring.size >= JOBS_WAITING_MAX) return false;
    const recurring: Recurring = {
      orderId,
      order,
      timer: null,
      job: null,
      runsAgain: false,
      reported: null,
      isCancelled: false,
    };
    this.#recurring.set(keyOf(order.operation, order.intervalMs), recurring);
    this.#enqueue(recurring);
    return true;
  }

  /** Ends a recurring operation, a running one by abort; unknown ones are ignored. */
  cancel(operation: string, intervalMs: number): void {
    const key = keyOf(operation, intervalMs);
    const recurring = this.#recurring.get(key);
    if (recurring === undefined) return;
    this.#recurring.delete(key);
    recurring.isCancelled = true;
    if (recurring.timer !== null) clearTimeout(recurring.timer);
    recurring.timer = null;
    const { job } = recurring;
    if (job === null) return;
    job.cancel.abort();
    const position = this.#queue.indexOf(job);
    if (position >= 0) this.#queue.splice(position, 1);
  }

  /** Ends all recurring operations. */
  cancelRecurring(): void {
    for (const { order } of [...this.#recurring.values()]) {
      this.cancel(order.operation, order.intervalMs);
    }
  }

  /** Runs the quickest recurring monitor at once, or once more when it is running already. */
  trigger(): void {
    const [quickest] = [...this.#recurring.values()].sort(
      (a, b) => a.order.checkLevel - b.order.checkLevel || a.order.intervalMs - b.order.intervalMs,
    );
    if (quickest !== undefined) this.triggerOne(quickest);
  }

  /** The same for one that is known; never more than one run is queued. */
  triggerOne(recurring: Recurring): void {
    if (recurring.isCancelled) return;
    if (recurring.job === null) this.#enqueue(recurring);
    else if (recurring.job === this.#running) recurring.runsAgain = true;
  }

  /** Drops what waits, aborts what runs, and resolves when it has ended. */
  close(): Promise<void> {
    this.cancelRecurring();
    this.#queue.length = 0;
    this.#running?.cancel.abort();
    return this.#idle;
  }

  #enqueue(recurring: Recurring): void {
    if (recurring.timer !== null) clearTimeout(recurring.timer);
    recurring.timer = null;
    const { orderId, order } = recurring;
    recurring.job = { orderId, order, recurring, cancel: new AbortController() };
    this.#push(recurring.job);
  }

  #push(job: Job): void {
    this.#queue.push(job);
    if (!this.#isDraining) this.#idle = this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isDraining = true;
    // The caller gets its turn back before anything happens: no report comes from inside `run`.
    await Promise.resolve();
    for (let job = this.#queue[0]; job !== undefined; job = this.#queue[0]) {
      this.#queue.shift();
      this.#running = job;
      await this.#perform(job);
      this.#running = null;
      if (job.recurring !== null) this.#rearm(job.recurring);
    }
    this.#isDraining = false;
  }

  #rearm(recurring: Recurring): void {
    recurring.job = null;
    if (recurring.isCancelled) return;
    if (recurring.runsAgain) {
      recurring.runsAgain = false;
      this.#enqueue(recurring);
      return;
    }
    recurring.timer = setTimeout(() => this.#enqueue(recurring), recurring.order.intervalMs);
  }
}

function keyOf(operation: string, intervalMs: number): string {
  return `${operation} ${intervalMs}`;
}
