import type { FrameRow } from '@cpm/domain-client-edge';
import type { Box, ObjectRow } from '@cpm/domain-message-store-sync';
import type { Checker } from './checker.js';

/** No row is left that its aggregate does not know of: readers would not see it, and nobody would remove it. */
export const rowsHaveTheirHead: Checker = {
  name: 'rows have their head',
  atEnd: true,
  check: ({ stores }) => {
    const boxes = new Map((stores.get('message-store-sync')?.aggregates('box') ?? []).map(({ stored }) => [stored.id, (stored.state as Box).modSeq]));
    const objects = [...(stores.get('message-store-sync')?.rows('objects').values() ?? [])] as unknown as ObjectRow[];
    const downlinks = new Map((stores.get('client-edge')?.aggregates('downlink') ?? []).map(({ stored }) => [stored.id, (stored.state as { readonly next: number }).next]));
    const frames = [...(stores.get('client-edge')?.rows('frames').values() ?? [])] as unknown as FrameRow[];
    return [
      ...objects.filter(({ u, born }) => born > (boxes.get(u) ?? 0)).map(({ u, oid, born }) => `object ${oid} of ${u} has number ${born}, the box has ${boxes.get(u) ?? 'gone'}`),
      ...frames.filter(({ u, n }) => n >= (downlinks.get(u) ?? 0)).map(({ u, n, type }) => `frame ${n} ${type} of ${u} stands behind the head of the stream`),
    ];
  },
};
