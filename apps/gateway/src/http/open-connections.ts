import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The connections of a server, so that they can be closed at shutdown as soon as they carry no request. Node's own
 * way, closeIdleConnections, leaves those open on which nothing was ever asked: browsers open such in advance.
 */
export class OpenConnections {
  readonly #sockets = new Set<Socket>();

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  closeUnused(): void {
    this.server.closeIdleConnections();
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
  }

  closeAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
