/** The session of npm `smpp` 0.5.1, as far as the bench uses it; the package has no types. */
declare module 'smpp' {
  interface Pdu {
    readonly command: string;
    readonly command_status: number;
    readonly message_id?: string;
    response(): Pdu;
  }
  interface Session {
    bind_transceiver(fields: Readonly<Record<string, unknown>>, answered: (response: Pdu) => void): void;
    submit_sm(fields: Readonly<Record<string, unknown>>, answered: (response: Pdu) => void): void;
    unbind(): void;
    send(pdu: Pdu): void;
    close(): void;
    on(event: 'deliver_sm' | 'enquire_link', take: (request: Pdu) => void): void;
    on(event: 'connect', take: () => void): void;
    on(event: 'error', take: (error: Error) => void): void;
  }
  const smpp: { connect(options: { readonly url: string }): Session };
  export default smpp;
}
