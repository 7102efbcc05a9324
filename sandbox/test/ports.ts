/** Ports of this machine. */
import { connect } from 'node:net';

export const portOf = (url: string | undefined): number => Number(new URL(url!).port);

/** True when something takes connections there. */
export const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
