import { element } from './dom.js';

/** Asks for a token of scope `operator`; `refused` is why the last one did not do. */
export function signInView(signIn: (token: string) => void, refused?: string): HTMLElement {
  const input = element('input', { class: 'wide', type: 'password', required: true, autocomplete: 'off' }) as HTMLInputElement;
  const submit = (event: Event) => {
    event.preventDefault();
    signIn(input.value.trim());
  };
  return element('section', {},
    element('h2', {}, 'Sign in'),
    refused !== undefined && element('div', { class: 'fault', role: 'alert' }, refused),
    element('p', {}, 'The console reads and changes what an operator may. It needs a bearer token of scope operator, which is kept until this tab is closed.'),
    element('form', { class: 'ask', submit }, element('label', {}, 'Token', input), element('button', { type: 'submit' }, 'Sign in')),
    element('p', { class: 'quiet' }, 'On a development system: ', element('code', {}, 'npm run --silent cpm -- token --scope operator')),
  );
}
