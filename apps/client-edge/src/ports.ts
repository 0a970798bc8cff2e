import { CLOCK, DeviceDirectory, ingressOf, MONGO, policyOf, serverOf } from '@cpm/runtime-host';
import type { Policy } from '@cpm/vocabulary';

/** Injection tokens of what the host gives to the edge. */
export const INGRESS = ingressOf('client-edge');
export const POLICY = policyOf('client-edge');
export const INBOX_SERVER = serverOf('client-edge');
export { CLOCK, DeviceDirectory, MONGO };

/** Injection tokens of the edge's own parts that are no classes. */
export const EDGE_CONFIG = 'client-edge:config';
/** Counts links that there are not, by the address that asks for them. */
export const LINK_GUESSES = 'client-edge:link-guesses';
export const EDGE_EFFECTS = 'client-edge:effects';
/** Commands that routing decides, and its aggregates to look at. */
export const ROUTING_COMMANDS = 'client-edge:routing-commands';
export const ROUTING_STORE = 'client-edge:routing-store';
export const OWNED_PARTITIONS = 'client-edge:owned-partitions';

/** The policy in force. */
export interface PolicyInForce {
  current(): Policy;
}

/** The inbox partitions that this process consumes: effects of their users happen here. */
export type OwnedPartitions = () => readonly number[];
