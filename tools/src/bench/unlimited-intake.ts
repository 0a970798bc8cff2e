/** For closed loops, which offer no more than is carried, but keep so much under way that there is always something to do: it waits. */
export const UNLIMITED_INTAKE = { INTAKE_TARGET_MS: '3600000', INTAKE_FLOOR_PER_SEC: '100000' };
