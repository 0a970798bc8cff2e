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
  return { name: Object.hasOwn(VIEWS, name) ? name : FIRST, argument: decoded(argument) };
}

/** An address that somebody cut short is shown as it is. */
function decoded(argument: string): string {
  try {
    return decodeURIComponent(argument);
  } catch {
    return argument;
  }
}

async function show(): Promise<void> {
  asked += 1;
  const question = asked;
  clearTimeout(refresh);
  const { name, argument } = place();
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === `#/${name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  signOut.hidden = api.token === null;
  if (api.token === null) {
    stage.replaceChildren(signInView((token) => void signIn(token)));
    return;
  }
  const view = VIEWS[name] as View;
  const shown = await view(api, argument).catch((error: unknown): Shown => ({ content: [], read: () => Promise.reject(error as Error) }));
  if (question !== asked) return;
  const notice = element('div');
  stage.replaceChildren(...shown.content, notice);
  if (shown.read) await keepReading(shown.read, notice, question);
}

/** What cannot be read is tried again; what is shown stays, with a word that it may be out of date. */
async function keepReading(read: () => Promise<void>, notice: HTMLElement, question: number): Promise<void> {
  if (!document.hidden) {
    const failure = await read().then(() => undefined, (error: unknown) => error);
    if (question !== asked) return;
    if (failure instanceof ProblemAnswer && (failure.status === 401 || failure.status === 403)) {
      signedOut(failure.message);
      return;
    }
    notice.replaceChildren(...(failure === undefined ? [] : [fault(failure)]));
  }
  refresh = setTimeout(() => void keepReading(read, notice, question), REFRESH_MS);
}

function fault(error: unknown): HTMLElement {
  const problem = error instanceof ProblemAnswer ? error : new ProblemAnswer(0, String(error));
  const isOutage = problem.status === 0 || problem.status >= 500;
  return element('div', { class: 'fault', role: 'alert' },
    problem.message, isOutage && ' What is shown may be out of date; it is tried again.', ...problem.faults.map((one) => element('div', {}, one)));
}

function signedOut(reason: string): void {
  asked += 1;
  api.token = null;
  signOut.hidden = true;
  stage.replaceChildren(signInView((token) => void signIn(token), reason));
}

/** Nothing is shown before the token is known to be good: a page shown meanwhile would be replaced while somebody types into it. */
async function signIn(token: string): Promise<void> {
  try {
    await api.signIn(token);
    await show();
  } catch (error) {
    signedOut((error as Error).message);
  }
}

signOut.addEventListener('click', () => {
  api.token = null;
  void show();
});
addEventListener('hashchange', () => void show());
void show();
