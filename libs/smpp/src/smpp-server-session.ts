import { z } from 'zod';
import type { SmppAddress } from './address.js';
import { AVAILABILITIES, type HandsetAvailability } from './alert-notification.js';
import { parseCancel } from './cancel-sm.js';
import { STATUS } from './command-status.js';
import type { NetworkError } from './deliver-sm.js';
import type { LinkEndReason } from './errors.js';
import type { Pdu } from './pdu.js';
import { parseSubmit } from './received-submit.js';
import { SmppLink, type SmppLinkOptions } from './smpp-link.js';
import type { BindType, SmppServerOptions, SubmitAnswer } from './smpp-server.js';

/** One deliver_sm to send; the TLV fields are left out where absent. */
export interface DeliverSm {
  readonly source: SmppAddress;
  readonly destination: SmppAddress;
  readonly esmClass: number;
  readonly dataCoding: number;
  readonly shortMessage: Uint8Array;
  readonly receiptedMessageId?: string;
  readonly messageState?: number;
  readonly userMessageReference?: number;
  readonly networkError?: NetworkError;
}

type SessionOptions = Omit<SmppLinkOptions, 'onRequest'> &
  Required<Pick<SmppServerOptions, 'authenticate' | 'onSubmit' | 'onCancel' | 'onBound' | 'bindTimeoutMs'>>;

const BIND_TYPES: Readonly<Record<string, BindType>> = {
  bind_transceiver: 'transceiver',
  bind_transmitter: 'transmitter',
  bind_receiver: 'receiver',
};

const bindFields = z.object({ system_id: z.string().max(15), password: z.string().max(64) });

/** One connection of an ESME to an SmppServer. */
export class SmppServerSession {
  readonly ended: Promise<LinkEndReason>;
  readonly #link: SmppLink;
  #bindType: BindType | undefined;
  #systemId = '';

  constructor(private readonly options: SessionOptions) {
    this.#link = new SmppLink({ ...options, onRequest: (request) => this.#receive(request) });
    this.ended = this.#link.ended;
    const bindTimer = options.timers.set(() => this.#bindType ?? this.#link.end('bind-timeout'), options.bindTimeoutMs);
    void this.ended.then(() => options.timers.clear(bindTimer));
  }

  /** Undefined until bound and after the peer's unbind. */
  get bindType(): BindType | undefined {
    return this.#bindType;
  }

  get systemId(): string {
    return this.#systemId;
  }

  /** Resolves with the status that the ESME answered. Rejects as SmppLink.request. */
  async deliver(deliver: DeliverSm): Promise<number> {
    const response = await this.#link.request('deliver_sm', {
      source_addr_ton: deliver.source.ton,
      source_addr_npi: deliver.source.npi,
      source_addr: deliver.source.address,
      dest_addr_ton: deliver.destination.ton,
      dest_addr_npi: deliver.destination.npi,
      destination_addr: deliver.destination.address,
      esm_class: deliver.esmClass,
      data_coding: deliver.dataCoding,
      short_message: Buffer.from(deliver.shortMessage),
      ...(deliver.receiptedMessageId === undefined ? {} : { receipted_message_id: deliver.receiptedMessageId }),
      ...(deliver.messageState === undefined ? {} : { message_state: deliver.messageState }),
      ...(deliver.userMessageReference === undefined ? {} : { user_message_reference: deliver.userMessageReference }),
      ...(deliver.networkError === undefined ? {} : { network_error_code: networkErrorOctets(deliver.networkError) }),
    });
    return response.status;
  }

  /** Tells the ESME whether a handset can be reached; there is no response. */
  alert(handset: SmppAddress, availability: HandsetAvailability): void {
    this.#link.notify('alert_notification', {
      source_addr_ton: handset.ton,
      source_addr_npi: handset.npi,
      source_addr: handset.address,
      ms_availability_status: AVAILABILITIES.indexOf(availability),
    });
  }

  /** Resolves when the ESME has answered. Rejects as SmppLink.request. */
  async enquireLink(): Promise<void> {
    await this.#link.request('enquire_link', {});
  }

  /** Asks the ESME to leave; resolves when it has answered. Rejects as SmppLink.request. */
  async unbind(): Promise<void> {
    await this.#link.request('unbind', {});
    this.#bindType = undefined;
  }

  /** Closes the connection without a word. */
  disconnect(): void {
    this.#link.end('peer-closed');
  }

  #receive(request: Pdu): void {
    const bindType = BIND_TYPES[request.command];
    if (bindType) return this.#receiveBind(request, bindType);
    if (request.command === 'unbind') return this.#receiveUnbind(request);
    if (request.command !== 'submit_sm' && request.command !== 'cancel_sm') return this.#link.nack(request.sequence, STATUS.invalidCommandId);
    if (this.#bindType === undefined || this.#bindType === 'receiver') return this.#link.reply(request, STATUS.incorrectBindStatus);
    if (request.command === 'cancel_sm') this.#receiveCancel(request);
    else void this.#receiveSubmit(request);
  }

  #receiveBind(request: Pdu, bindType: BindType): void {
    const bind = bindFields.safeParse(request.fields);
    const status = this.#bindStatus(bind.data, bindType);
    this.#link.reply(request, status, { system_id: 'SMSC' });
    if (status !== STATUS.ok) return;
    this.#bindType = bindType;
    this.#systemId = bind.data?.system_id ?? '';
    this.options.onBound(this);
  }

  #bindStatus(bind: z.infer<typeof bindFields> | undefined, bindType: BindType): number {
    if (this.#bindType) return STATUS.alreadyBound;
    if (!bind) return STATUS.bindFailed;
    return this.options.authenticate({ bindType, systemId: bind.system_id, password: bind.password });
  }

  #receiveUnbind(request: Pdu): void {
    this.#bindType = undefined;
    this.#link.reply(request, STATUS.ok);
    this.#link.end('peer-unbound');
  }

  #receiveCancel(request: Pdu): void {
    const cancel = parseCancel(request);
    this.#link.reply(request, cancel ? this.options.onCancel(cancel) : STATUS.permanentApplicationError);
  }

  async #receiveSubmit(request: Pdu): Promise<void> {
    const submit = parseSubmit(request);
    if (!submit) {
      this.#link.reply(request, STATUS.permanentApplicationError);
      return;
    }
    try {
      this.#answer(request, await this.options.onSubmit(submit, this));
    } catch (error) {
      this.options.observe({ type: 'handler-failed', command: request.command, error });
      this.#link.reply(request, STATUS.systemError);
    }
  }

  #answer(request: Pdu, answer: SubmitAnswer): void {
    switch (answer.kind) {
      case 'accept':
        return this.#link.reply(request, STATUS.ok, {
          message_id: answer.messageId, ...(answer.congestionState !== undefined && { congestion_state: answer.congestionState }),
        });
      case 'refuse':
        return this.#link.reply(request, answer.status);
      case 'disconnect':
        return this.disconnect();
      case 'silent':
        return;
    }
  }
}

function networkErrorOctets({ networkType, code }: NetworkError): Buffer {
  const octets = Buffer.of(networkType, 0, 0);
  octets.writeUInt16BE(code, 1);
  return octets;
}
