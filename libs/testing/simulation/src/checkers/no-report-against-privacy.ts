import type { SeenOf } from '../sightings.js';
import type { Checker } from './checker.js';
import { framesOf } from './frames.js';

/** I3: nothing tells that a message was read while its reader did not want that told. */
export const noReportAgainstPrivacy: Checker = {
  name: 'no display report after privacy off',
  atEnd: false,
  check: ({ history, stores, devices }) => {
    // Of whoever is erased his settings are, too.
    const settings = [...history.of('privacy'), ...history.of('erased').map((erased) => ({ ...erased, sendReadReports: true }))].sort((a, b) => a.order - b.order);
    const displayed = history.of('acknowledged').filter(({ status }) => status === 'displayed');
    return framesOf<{ messageId: string; recipient: string; status: string }>(stores, 'disposition').flatMap(({ data: { messageId, recipient, status } }) => {
      if (status !== 'displayed') return [];
      const readings = displayed.filter((word) => word.messageId === messageId && devices.get(word.device).user === recipient);
      const own = settings.filter(({ user }) => user === recipient);
      return readings.some((reading) => mayBeTold(reading, own)) ? [] : [`displayed of ${messageId} was told although ${recipient} read it in private`];
    });
  },
};

/** What was set at the same instant may have come before or after. */
function mayBeTold({ at }: SeenOf<'acknowledged'>, settings: readonly Pick<SeenOf<'privacy'>, 'at' | 'sendReadReports'>[]): boolean {
  const before = settings.filter((setting) => setting.at < at).at(-1);
  return before === undefined || before.sendReadReports || settings.some((setting) => setting.at === at && setting.sendReadReports);
}
