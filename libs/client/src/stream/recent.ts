/** The last so many keys. */
export class Recent {
  private readonly keys = new Set<string>();

  constructor(private readonly capacity: number) {}

  /** Whether the key is new; it is not from now on. */
  add(key: string): boolean {
    if (this.keys.has(key)) return false;
    this.keys.add(key);
    if (this.keys.size > this.capacity) this.keys.delete(this.keys.values().next().value as string);
    return true;
  }
}
