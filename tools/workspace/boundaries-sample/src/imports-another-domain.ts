// refused by @nx/enforce-module-boundaries
import { deviceRegistry } from '@cpm/domain-device-registry';

export const theirs = deviceRegistry;
