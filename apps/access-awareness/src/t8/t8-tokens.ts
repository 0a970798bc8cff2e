/** Injection token of T8Parts; undefined where no network is configured. */
export const T8 = 'cpm:access-awareness:t8';
/** Injection token of the EffectHandlers. */
export const T8_EFFECTS = 'cpm:access-awareness:effects';
