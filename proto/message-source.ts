/** Turns messages of one type into bytes and back. */
export interface MessageCodec {
  serialize(message: object): Buffer;
  deserialize(bytes: Buffer): object;
}

/** One call of the service, with the full names of what it takes and gives. */
export interface ApiCall {
  readonly name: string;
  readonly request: string;
  readonly response: string;
  readonly isRequestStream: boolean;
  readonly isResponseStream: boolean;
}

/** What the .proto files say: read from them, or compiled from them by the build. */
export interface MessageSource {
  readonly calls: readonly ApiCall[];
  /** The codec of a type by its full name. Throws for a name that is in no file. */
  codecOf(typeName: string): MessageCodec;
}
