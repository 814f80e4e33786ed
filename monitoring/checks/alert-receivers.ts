import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface Received {
  readonly path: string;
  readonly authorization: string | undefined;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads what came, whatever it is
  readonly body: any;
}

export interface Mail {
  readonly to: readonly string[];
  readonly text: string;
}

/** Stands for Slack, PagerDuty, webhooks and a mail server, and keeps all they get. */
export class AlertReceivers {
  readonly received: Received[] = [];
  readonly mails: Mail[] = [];
  readonly #http: HttpServer;
  readonly #smtp: SMTPServer;

  private constructor(password: string) {
    this.#http = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { url: path = '', headers } = request;
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || 'null');
        this.received.push({ path, authorization: headers.authorization, body });
        // PagerDuty answers 202 with this; Slack wants nothing but 200.
        const isPager = path.startsWith('/v2/enqueue');
        response.statusCode = isPager ? 202 : 200;
        response.end(isPager ? '{"status":"success","message":"Event processed","dedup_key":"x"}' : 'ok');
      });
    });
    this.#smtp = new SMTPServer({
      hideSTARTTLS: true,
      allowInsecureAuth: true,
      onAuth: ({ username, password: given }, _session, done) =>
        username === 'alerts' && given === password
          ? done(null, { user: username })
          : done(new Error('wrong password')),
      onData: (stream, { envelope }, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const text = unfolded(Buffer.concat(chunks).toString());
          this.mails.push({ to: envelope.rcptTo.map(({ address }) => address), text });
          done();
        });
      },
    });
  }

  static async start(password: string): Promise<AlertReceivers> {
    const receivers = new AlertReceivers(password);
    await once(receivers.#http.listen(0, '127.0.0.1'), 'listening');
    await once(receivers.#smtp.listen(0, '127.0.0.1'), 'listening');
    return receivers;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get smtpPort(): number {
    return (this.#smtp.server.address() as AddressInfo).port;
  }

  at(path: string): readonly Received[] {
    return this.received.filter((each) => each.path === path);
  }

  async close(): Promise<void> {
    this.#http.close();
    await new Promise<void>((resolve) => this.#smtp.close(resolve));
  }
}

/** Quoted-printable without its line breaks and escapes. */
function unfolded(text: string): string {
  return text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
