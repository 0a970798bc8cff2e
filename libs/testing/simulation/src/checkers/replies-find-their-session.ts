import type { Checker } from './checker.js';
import { isLeftToHim, participationsOf } from './routing-state.js';

/** A text to a leased number is said in the session whose text last came from that number, or refused there: nowhere else and not lost. */
export const repliesFindTheirSession: Checker = {
  name: 'replies find their session',
  atEnd: true,
  check: ({ history, stores }) => {
    const texts = history.of('attempted').filter(({ source }) => source !== undefined);
    const messages = history.messages();
    const relayed = history.of('relayed');
    const parts = participationsOf(stores);
    return history.of('replied').flatMap(({ user, number, text, order }) => {
      const ofNumber = texts.filter((sent) => sent.user === user && sent.source === number);
      // The number may have been given to another session whose text is still on its way.
      const around = [ofNumber.findLast((sent) => sent.order < order), ofNumber.find((sent) => sent.order > order)];
      const expected = around.flatMap((sent) => messages.get(sent?.messageId ?? '')?.sessionId ?? []);
      const said = relayed.filter(({ message }) => message.from === user && message.content.kind === 'inline' && message.content.text === text);
      const strayed = said.filter(({ sessionId }) => !expected.includes(sessionId)).map(({ sessionId }) => `"${text}" of ${user} landed in ${sessionId}, not in ${expected.join()}`);
      const isRefused = expected.some((sessionId) => parts.get(`${user}|${sessionId}`)?.journey.some(({ reason }) => reason === 'not-in-session'));
      const isForNobody = expected.some((sessionId) => isLeftToHim(stores, sessionId, user));
      return said.length > 0 || isRefused || isForNobody ? strayed : [`"${text}" of ${user} to ${number} is lost`];
    });
  },
};
