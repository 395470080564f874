/** Whether Studio is being worked on. While it is, every request gets 503 and nothing else runs. */
export interface Maintenance {
  readonly active: boolean;
  enter(): void;
  leave(): void;
}

/** Lives in this process only: a restart ends maintenance. */
export function createMaintenance(): Maintenance {
  let active = false;
  return {
    get active() {
      return active;
    },
    enter() {
      active = true;
    },
    leave() {
      active = false;
    },
  };
}
