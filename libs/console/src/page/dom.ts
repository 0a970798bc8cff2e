type Child = Node | string | number | undefined | false;
type Properties = Readonly<Record<string, string | boolean | ((event: Event) => void)>>;

/** One element; a function becomes the listener of the event that its key names, `true` an empty attribute. Texts are never markup. */
export function element(name: string, properties: Properties = {}, ...children: readonly Child[]): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === 'function') made.addEventListener(key, value);
    else if (value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  for (const child of children) {
    if (child !== undefined && child !== false) made.append(typeof child === 'number' ? String(child) : child);
  }
  return made;
}

/** A table that scrolls by itself where the page is too narrow. */
export function table(headings: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const head = element('tr', {}, ...headings.map((heading) => element('th', { scope: 'col' }, heading)));
  return element('div', { class: 'scroll' }, element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows)));
}

export function row(cells: readonly Child[], properties: Properties = {}): HTMLElement {
  return element('tr', properties, ...cells.map((cell) => (cell instanceof HTMLTableCellElement ? cell : element('td', {}, cell))));
}

export function timeCell(at: string | undefined): HTMLElement {
  return element('td', { class: 'time', title: at ?? '' }, at === undefined ? '' : clockTime(at));
}

/** Day and time of day in the reader's own time zone, to the millisecond. */
export function clockTime(at: string): string {
  const time = new Date(at);
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0'));
  const day = time.toDateString() === new Date().toDateString() ? '' : `${time.toLocaleDateString()} `;
  return `${day}${parts.join(':')}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

export function chip(state: string, label: string): HTMLElement {
  return element('span', { class: `chip ${state}` }, label);
}

/** A form with one line to fill in, which calls `go` with what stands there. */
export function ask(label: string, value: string, go: (text: string) => void): HTMLElement {
  const input = element('input', { class: 'wide', name: 'asked', required: true, autocomplete: 'off', spellcheck: 'false', value }) as HTMLInputElement;
  const submit = (event: Event) => {
    event.preventDefault();
    go(input.value.trim());
  };
  return element('form', { class: 'ask', submit }, element('label', {}, label, input), element('button', { type: 'submit' }, 'Show'));
}

/** Shows `nodes` in `place`; what is there already stays, so that a reader does not lose what he has marked. */
export function show(place: HTMLElement, nodes: readonly Node[]): void {
  const next = place.cloneNode(false) as HTMLElement;
  next.append(...nodes);
  if (!next.isEqualNode(place)) place.replaceChildren(...next.childNodes);
}
