/** What began it: the owner, or an update that runs. */
export type MaintenanceReason = 'hand' | 'update';

export interface MaintenanceState {
  readonly reason: MaintenanceReason;
  /** The owner's words for those who wait, or null. */
  readonly message: string | null;
}

/** What became of it, for those who are connected. */
export type MaintenanceChange =
  | ({ readonly type: 'entered' } & MaintenanceState)
  | { readonly type: 'left'; readonly reason: string };

/** Whether Studio is being worked on. While it is, every request gets 503 and nothing else runs. */
export interface Maintenance {
  readonly active: boolean;
  /** Null while it is not on. */
  readonly state: MaintenanceState | null;
  /** Begins it. When it is on already it is from now on for this reason, and nobody is told twice. */
  enter(reason: MaintenanceReason, message?: string | null): void;
  /** Ends it, whoever began it. `reason` is what viewers read: why it is over. */
  leave(reason: string): void;
}

/** Lives in this process only: a restart ends maintenance. `onChange` is called once for each beginning and each end. */
export function createMaintenance(onChange: (change: MaintenanceChange) => void = () => {}): Maintenance {
  let state: MaintenanceState | null = null;
  return {
    get active() {
      return state !== null;
    },
    get state() {
      return state;
    },
    enter(reason, message = null) {
      const before = state;
      state = Object.freeze({ reason, message });
      if (before === null) onChange({ type: 'entered', ...state });
    },
    leave(reason) {
      if (state === null) return;
      state = null;
      onChange({ type: 'left', reason });
    },
  };
}
