type Listener = (event: never) => void;

/** As the platform's own events do: the fault of a listener is told, and keeps nothing from going on. */
function report(error: unknown): void {
  const { reportError } = globalThis as { readonly reportError?: (error: unknown) => void };
  if (reportError) reportError(error);
  else queueMicrotask(() => {
    throw error;
  });
}

/** Who hears which events. */
export class Listeners<Events> {
  private readonly byName = new Map<keyof Events, Set<Listener>>();

  /** The result stops it. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    const known = this.byName.get(name) ?? new Set();
    this.byName.set(name, known);
    known.add(listener as Listener);
    return () => known.delete(listener as Listener);
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...(this.byName.get(name) ?? [])]) {
      try {
        (listener as (event: Events[Name]) => void)(event);
      } catch (error) {
        report(error);
      }
    }
  }
}
