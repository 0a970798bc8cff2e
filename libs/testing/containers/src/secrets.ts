import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { makeAuthority, makeCertificate, type Certificate } from './certificates.js';

/** Who may do everything on the broker and in the database. */
export const ADMIN = 'admin';
/** The broker itself, and the database server. */
const SERVERS = ['broker', 'mongod'] as const;
/** Broker listeners and users name it so. */
export const SCRAM = 'SCRAM-SHA-512';

const ITERATIONS = 4_096;
const PRIVATE = 0o600;

/** Who somebody is, for the broker and the database. */
export interface Identity {
  readonly name: string;
  readonly password: string;
  readonly passwordFile: string;
  readonly certificate: Certificate;
}

/** Everything secret of a secured stack, in files of one folder. */
export interface StackSecrets {
  readonly folder: string;
  readonly caFile: string;
  readonly authority: Certificate;
  /** Certificate and key in one file, as brokers and mongod read them. */
  readonly serverFile: (server: (typeof SERVERS)[number]) => string;
  readonly mongoKeyFile: string;
  readonly identities: readonly Identity[];
  /** @throws when nobody has this name */
  identityOf(name: string): Identity;
}

/** Makes what the folder lacks: an authority, and for each name a password and a certificate. What is there stays, so that kept data can be used again. */
export async function prepareSecrets(folder: string, names: readonly string[]): Promise<StackSecrets> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = await existing(join(folder, 'ca.pem'), () => makeAuthority(folder), { certFile: join(folder, 'ca.pem'), keyFile: join(folder, 'ca.key') });
  for (const server of SERVERS) {
    const { certFile, keyFile } = await certificateOf(folder, server, authority);
    await writeSecret(join(folder, `${server}.server.pem`), `${await readFile(keyFile, 'utf8')}${await readFile(certFile, 'utf8')}`);
  }
  const mongoKeyFile = join(folder, 'mongo.keyfile');
  await existing(mongoKeyFile, () => writeSecret(mongoKeyFile, randomBytes(96).toString('base64')), undefined);
  const identities = await Promise.all([ADMIN, ...names].map((name) => identity(folder, name, authority)));
  return {
    folder, authority, mongoKeyFile, identities,
    caFile: authority.certFile,
    serverFile: (server) => join(folder, `${server}.server.pem`),
    identityOf: (name) => {
      const found = identities.find((one) => one.name === name);
      if (!found) throw new Error(`the stack was started without the identity ${name}`);
      return found;
    },
  };
}

/** A SCRAM user as StorageTool takes it: salted, so that no password stands on a command line. */
export function scramUser({ name, password }: Pick<Identity, 'name' | 'password'>): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 64, 'sha512');
  return `${SCRAM}=[name=${name},iterations=${ITERATIONS},salt="${salt.toString('base64')}",saltedpassword="${salted.toString('base64')}"]`;
}

async function identity(folder: string, name: string, authority: Certificate): Promise<Identity> {
  const passwordFile = join(folder, `${name}.password`);
  await existing(passwordFile, () => writeSecret(passwordFile, randomBytes(24).toString('base64url')), undefined);
  return { name, passwordFile, password: await readFile(passwordFile, 'utf8'), certificate: await certificateOf(folder, name, authority) };
}

async function certificateOf(folder: string, name: string, authority: Certificate): Promise<Certificate> {
  const certFile = join(folder, `${name}.pem`);
  return existing(certFile, () => makeCertificate(folder, name, authority), { certFile, keyFile: join(folder, `${name}.key`) });
}

async function existing<Made>(path: string, make: () => Promise<Made>, there: Made): Promise<Made> {
  return existsSync(path) ? there : make();
}

async function writeSecret(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: PRIVATE });
  await chmod(path, PRIVATE);
}
