/**
 * Who waits for the end of a request: a client here, the peer on behalf of its client, or nobody
 * any more, since the ring of that peer has ended.
 */
export interface Asker {
  readonly from: "here" | "peer" | "gone";
  readonly requestId: number;
}
