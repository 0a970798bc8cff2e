/** Waits until the condition is true; rejects with its source when it is not within the limit. */
export function untilWithin(limitMs: number): (condition: () => boolean | Promise<boolean>) => Promise<void> {
  return async (condition) => {
    for (const deadline = Date.now() + limitMs; !(await condition());) {
      if (Date.now() > deadline) throw new Error(`not true in ${limitMs} ms: ${String(condition)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
}
