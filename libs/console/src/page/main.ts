import { deadLettersView } from './dead-letters-view.js';
import { element } from './dom.js';
import { messageView } from './message-view.js';
import { OperatorApi, ProblemAnswer } from './operator-api.js';
import { policyView } from './policy-view.js';
import { signInView } from './sign-in-view.js';
import { subscriberView } from './subscriber-view.js';
import type { Shown, View } from './view.js';

const VIEWS: Readonly<Record<string, View>> = {
  subscribers: subscriberView, messages: messageView, 'dead-letters': deadLettersView, policy: policyView,
};
const FIRST = 'subscribers';
/** How long what is shown may be behind. */
const REFRESH_MS = 2_000;

const api = new OperatorApi();
const stage = document.getElementById('view') as HTMLElement;
const signOut = document.getElementById('sign-out') as HTMLButtonElement;
/** Counts what was asked for: an answer to an earlier question is not shown. */
let asked = 0;
let refresh: ReturnType<typeof setTimeout> | undefined;

function place(): { readonly name: string; readonly argument: string } {
  const [, name = FIRST, argument = ''] = /^#\/([^/]*)\/?(.*)$/.exec(location.hash) ?? [];
  return { name: name in VIEWS ? name : FIRST, argument: decodeURIComponent(argument) };
}

async function show(): Promise<void> {
  asked += 1;
  const question = asked;
  clearTimeout(refresh);
  const { name, argument } = place();
  for (const link of document.querySelectorAll('nav a')) link.toggleAttribute('aria-current', link.getAttribute('href') === `#/${name}`);
  signOut.hidden = api.token === null;
  if (api.token === null) {
    stage.replaceChildren(signInView(signIn));
    return;
  }
  const view = VIEWS[name] as View;
  const shown = await view(api, argument).catch((error: unknown): Shown => ({ content: fault(error, name) }));
  if (question !== asked) return;
  stage.replaceChildren(...shown.content);
  if (shown.live) refresh = setTimeout(() => void again(shown.live as () => Promise<void>, question), REFRESH_MS);
}

/** What cannot be read now is tried again; what is shown stays. */
async function again(live: () => Promise<void>, question: number): Promise<void> {
  if (question !== asked) return;
  if (!document.hidden) await live().catch(() => undefined);
  if (question === asked) refresh = setTimeout(() => void again(live, question), REFRESH_MS);
}

function fault(error: unknown, name: string): readonly Node[] {
  const problem = error instanceof ProblemAnswer ? error : new ProblemAnswer(0, String(error));
  if (problem.status === 401 || problem.status === 403) {
    api.token = null;
    signOut.hidden = true;
    return [signInView(signIn, problem.message)];
  }
  const said = element('div', { class: 'fault', role: 'alert' }, problem.message, ...problem.faults.map((one) => element('div', {}, one)));
  return [said, element('a', { href: `#/${name}` }, 'Back')];
}

function signIn(token: string): void {
  api.token = token;
  void show();
}

signOut.addEventListener('click', () => {
  api.token = null;
  void show();
});
addEventListener('hashchange', () => void show());
void show();
