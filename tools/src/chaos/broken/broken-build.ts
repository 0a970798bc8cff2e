import { defectOf } from './defects.js';

export const DEFECT_VARIABLE = 'CPM_CHAOS_DEFECT';

/** Variables that make the services run without one of their safeguards; none of no name. @throws when there is no defect of that name */
export function environmentOf(broken: string | undefined): Readonly<Record<string, string>> {
  if (broken === undefined) return {};
  defectOf(broken);
  const preload = new URL('preload.js', import.meta.url).href;
  return { [DEFECT_VARIABLE]: broken, NODE_OPTIONS: [process.env['NODE_OPTIONS'], `--import=${preload}`].filter(Boolean).join(' ') };
}
