import { forgetAll } from '../remembered.ts';

/** A form, as the answer leads on to the login page. In maintenance Studio does not take it. */
export function LogOut({ isMaintained }: { readonly isMaintained: boolean }) {
  return (
    <form method="post" action="/api/auth/logout" onSubmit={forgetAll}>
      <button
        type="submit"
        class="quiet small"
        disabled={isMaintained}
        title={isMaintained ? 'Studio is in maintenance: log out when it is over' : undefined}
      >
        Log out
      </button>
    </form>
  );
}
