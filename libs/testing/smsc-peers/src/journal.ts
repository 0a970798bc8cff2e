/** A submit_sm as the SMSC took it. */
export interface TakenSubmission {
  readonly id: string;
  readonly to: string;
  readonly from: string;
  readonly esmClass: number;
  readonly dataCoding: number;
  /** User data header and text. */
  readonly shortMessage: Buffer;
}

/** What a CountingSmsc wrote down, in its order. */
export interface Journal {
  /** Status of the answer to each bind. */
  readonly binds: readonly number[];
  readonly taken: readonly TakenSubmission[];
  readonly refused: readonly { readonly to: string; readonly status: number }[];
  /** Ids whose receipt was acknowledged, once for each acknowledgement. */
  readonly told: readonly string[];
  /** Status of the answer to each text of a handset. */
  readonly said: readonly number[];
}

/** Reads the lines that `java/CountingSmsc.java` describes; a last line that a crash cut off is left out. */
export function parseJournal(text: string): Journal {
  const lines = text.split('\n').slice(0, -1).map((line) => line.split(' '));
  const of = (kind: string) => lines.filter(([word]) => word === kind).map(([, ...words]) => words);
  return {
    binds: of('bind').map(([status]) => hex(status)),
    taken: of('taken').map(([id = '', to = '', from = '', esmClass, dataCoding, octets = '']) =>
      ({ id, to, from, esmClass: hex(esmClass), dataCoding: hex(dataCoding), shortMessage: Buffer.from(octets, 'hex') })),
    refused: of('refused').map(([to = '', status]) => ({ to, status: hex(status) })),
    told: of('told').map(([id = '']) => id),
    said: of('said').map(([status]) => hex(status)),
  };
}

function hex(digits = ''): number {
  return Number.parseInt(digits, 16);
}
