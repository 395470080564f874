/** What the script needs of the login page. */
export interface FormParts {
  readonly form: HTMLFormElement;
  readonly key: HTMLInputElement;
  readonly next: HTMLInputElement;
  readonly submit: HTMLButtonElement;
  readonly reveal: HTMLButtonElement;
  readonly error: HTMLElement;
  readonly plainHttp: HTMLElement;
}

/** Null when the page is not the one that this script was built for. */
export function formParts(): FormParts | null {
  const parts = {
    form: element('login', HTMLFormElement),
    key: element('api_key', HTMLInputElement),
    next: element('next', HTMLInputElement),
    submit: element('log-in', HTMLButtonElement),
    reveal: element('reveal', HTMLButtonElement),
    error: element('error', HTMLElement),
    plainHttp: element('plain-http', HTMLElement),
  };
  return isWhole(parts) ? parts : null;
}

function element<T extends HTMLElement>(id: string, kind: new () => T): T | null {
  const found = document.getElementById(id);
  return found instanceof kind ? found : null;
}

function isWhole(parts: { readonly [Name in keyof FormParts]: FormParts[Name] | null }): parts is FormParts {
  return Object.values(parts).every((part) => part !== null);
}
