// refused by @nx/enforce-module-boundaries
import { KafkaPublisher } from '@cpm/runtime-kafka';

export const publisher = KafkaPublisher;
