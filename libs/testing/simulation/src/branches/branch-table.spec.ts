import { fileURLToPath } from 'node:url';
import { isEnough, tableOf } from './branch-table.js';
import { deciderModules } from './decider-modules.js';

const SERVICES = [
  { service: 'routing', total: 10, covered: 9, uncovered: ['routing/src/delivery/leg.ts:17:3 if 2/2'] },
  { service: 'client-edge', total: 10, covered: 10, uncovered: [] },
] as const;

describe('branches of deciders', () => {
  it('are enough from the percentage on that was asked for', () => {
    expect(isEnough(SERVICES, 95)).toBe(true);
    expect(isEnough(SERVICES, 96)).toBe(false);
  });

  it('are told one by one where no seed took them, and counted per service and in all', () => {
    expect(tableOf(SERVICES).split('\n')).toEqual([
      'not taken: routing/src/delivery/leg.ts:17:3 if 2/2',
      expect.stringMatching(/^routing +9\/10 .* 90\.0 %$/),
      expect.stringMatching(/^client-edge +10\/10 .* 100\.0 %$/),
      expect.stringMatching(/^all services +19\/20 .* 95\.0 %$/),
    ]);
  });

  it('are those of the modules that the table of a service reaches, and of no others', async () => {
    const entry = fileURLToPath(new URL('../../../../domain/client-edge/dist/client-edge.service.js', import.meta.url));
    const names = (await deciderModules(entry)).map(({ path }) => path.slice(path.indexOf('/dist/') + 6));
    expect(names).toContain('downlink/downlink.js');
    expect(names).not.toContain('link/link.js');
  });
});
