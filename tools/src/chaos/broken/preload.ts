import { registerHooks, type LoadHookSync } from 'node:module';
import { DEFECT_VARIABLE } from './broken-build.js';
import { defectOf, withDefect } from './defects.js';

/** Loaded before a service by `node --import`: the product knows nothing of it. */
const defect = defectOf(process.env[DEFECT_VARIABLE] ?? '');

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(defect.module)) return loaded;
    return { ...loaded, source: withDefect(textOf(loaded.source), defect) };
  },
});

function textOf(source: ReturnType<LoadHookSync>['source']): string {
  if (typeof source === 'string') return source;
  return new TextDecoder().decode(source ?? new Uint8Array());
}
