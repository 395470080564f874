/** A server that takes part in a comparison. */
export interface Contender {
  readonly name: string;
  readonly version: string;
  readonly port: number;
  /** All processes that do its work; their CPU time is counted. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}
