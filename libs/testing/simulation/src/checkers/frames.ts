import type { FrameRow } from '@cpm/domain-client-edge';
import type { World } from '../world.js';

export type FrameOf<Data> = Omit<FrameRow, 'data'> & { readonly data: Data };

/** The entries of all users' device streams of one type, each stream in its order. */
export function framesOf<Data>(stores: World['stores'], ...types: readonly string[]): FrameOf<Data>[] {
  const rows = [...(stores.get('client-edge')?.rows('frames').values() ?? [])] as unknown as FrameOf<Data>[];
  return rows.filter(({ type }) => types.includes(type)).sort((a, b) => a.n - b.n);
}
