import { element } from './dom.js';
import { ProblemAnswer, type OperatorApi } from './operator-api.js';
import type { View } from './view.js';

interface PreviewedText {
  readonly text: string;
  readonly encoding: string;
  readonly segments: number;
}

interface UcnPreview extends PreviewedText {
  readonly withUrl: PreviewedText;
  readonly withoutUrl: PreviewedText;
  readonly warnings?: readonly string[];
}

/** The service provider's policy, to read and to replace, and what a notification says under it. */
export const policyView: View = async (api) => {
  const { body, etag } = await api.call<unknown>('GET', '/policy');
  return {
    content: [
      element('h2', {}, 'Policy'),
      element('p', {}, 'In force for every service within seconds. A name that is left out has its default again. Every version is kept.'),
      editor(api, JSON.stringify(body, undefined, 2), etag ?? '*'),
      element('h3', {}, 'What a notification says'),
      preview(api),
    ],
  };
};

function editor(api: OperatorApi, text: string, etag: string): HTMLElement {
  const outcome = element('div');
  const area = element('textarea', { 'aria-label': 'Policy as JSON', spellcheck: 'false' }) as HTMLTextAreaElement;
  area.value = text;
  let version = etag;
  const save = async () => {
    const answer = await api.call<unknown>('PUT', '/policy', JSON.parse(area.value), { 'if-match': version });
    version = answer.etag ?? version;
    area.value = JSON.stringify(answer.body, undefined, 2);
    outcome.replaceChildren(element('div', { class: 'done', role: 'status' }, 'Saved.'));
  };
  const submit = (event: Event) => {
    event.preventDefault();
    save().catch((error: unknown) => outcome.replaceChildren(faultOf(error)));
  };
  return element('form', { submit }, outcome, area, element('p', {}, element('button', { type: 'submit' }, 'Save')));
}

function preview(api: OperatorApi): HTMLElement {
  const outcome = element('div');
  const language = element('input', { value: 'en', size: '6' }) as HTMLInputElement;
  const contentType = element('input', { value: 'image/jpeg' }) as HTMLInputElement;
  const size = element('input', { type: 'number', min: '0', value: '50000' }) as HTMLInputElement;
  const submit = (event: Event) => {
    event.preventDefault();
    const about = { language: language.value, contentType: contentType.value, size: Number(size.value) };
    api.call<UcnPreview>('POST', '/policy/ucn-preview', about).then(
      ({ body }) => outcome.replaceChildren(...previewed(body)),
      (error: unknown) => outcome.replaceChildren(faultOf(error)),
    );
  };
  return element('section', {},
    element('form', { class: 'ask', submit },
      element('label', {}, 'Language', language), element('label', {}, 'Content type', contentType), element('label', {}, 'Size in bytes', size),
      element('button', { type: 'submit' }, 'Preview')),
    outcome);
}

function previewed({ text, encoding, segments, warnings = [] }: UcnPreview): readonly Node[] {
  const cost = `${segments} short message${segments === 1 ? '' : 's'}, ${encoding === 'gsm7' ? 'GSM 7-bit' : 'UCS-2'}`;
  return [element('blockquote', {}, text), element('p', { class: 'quiet' }, cost), ...warnings.map((warning) => element('p', {}, warning))];
}

function faultOf(error: unknown): HTMLElement {
  const faults = error instanceof ProblemAnswer ? error.faults : [];
  const message = error instanceof SyntaxError ? `This is no JSON: ${error.message}` : (error as Error).message;
  return element('div', { class: 'fault', role: 'alert' }, message, ...faults.map((fault) => element('div', {}, fault)));
}
