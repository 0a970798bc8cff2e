import { ProblemError } from '@cpm/http';
import type { AnswerRefused, RefusalCode } from '@cpm/contracts-routing';

const STATUS: Readonly<Partial<Record<RefusalCode, number>>> = { 'unknown-session': 404, 'unknown-transfer': 404, 'unknown-device': 403 };

const DETAIL: Readonly<Record<RefusalCode, string>> = {
  'unknown-session': 'there is no such session for you',
  'unknown-transfer': 'no such file was offered to you',
  'unknown-device': 'this device takes no part in it',
  'already-accepted': 'this device accepted it before',
  'not-restartable': 'only a long-lived group can be restarted',
  'not-running': 'the session has ended',
  'accepted-elsewhere': 'another of your devices accepted it first',
  'rejected-elsewhere': 'it was rejected',
  'cancelled-by-sender': 'it was taken back before',
  expired: 'nobody answered in time',
  unavailable: 'none of your devices could take it',
  left: 'you left it',
  inactivity: 'it was closed because nobody said anything',
  rejected: 'it was rejected',
};

/** 409 for who comes too late, with the name of the device that was first. */
export function answerProblem({ code, device }: AnswerRefused): ProblemError {
  const detail = device === undefined ? DETAIL[code] : `${DETAIL[code]}: ${device}`;
  return new ProblemError(STATUS[code] ?? 409, code, detail, device === undefined ? {} : { members: { device } });
}
