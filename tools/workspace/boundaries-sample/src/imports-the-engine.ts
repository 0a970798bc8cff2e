// refused by @nx/enforce-module-boundaries
import { BatchProcessor } from '@cpm/runtime-engine';

export const processor = BatchProcessor;
