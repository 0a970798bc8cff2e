import { orUnavailable } from '@cpm/http';
import type { Publication } from '@cpm/runtime-decider';
import type { Ingress } from '@cpm/runtime-ports';

/** Resolves once the log has all of them, those of one user in their order; rejects with a 503 problem. */
export async function publishAll(ingress: Ingress, publications: readonly Publication[]): Promise<void> {
  await orUnavailable(Promise.all(publications.map(({ contract, payload }) => ingress.publish(contract, payload))));
}
