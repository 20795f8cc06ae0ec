import { createHash } from "node:crypto";
import { connect, createServer, type Socket } from "node:net";

type Release = () => void;

/**
 * Runs work that only one process on the machine may do at a time; others wait for their turn.
 * The lock is a socket in the kernel's abstract namespace: it goes with its process, also after a
 * crash or a kill, so there is never a stale one to clear away.
 * @param name What is locked; a path makes it the lock of that folder.
 * @param waiting Told once, with the holder's process id, when another process holds the lock.
 */
export async function withLock<T>(
  name: string,
  waiting: (holder: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const address = `\0slipway-${createHash("sha256").update(name).digest("hex")}`;
  let told = false;
  const tellOnce = (holder: string): void => {
    if (!told) {
      waiting(holder);
    }
    told = true;
  };
  let release = await take(address);
  while (!release) {
    await holderGone(address, tellOnce);
    release = await take(address);
  }
  try {
    return await work();
  } finally {
    release();
  }
}

/** @returns Undefined where another process holds the lock. */
function take(address: string): Promise<Release | undefined> {
  const waiters = new Set<Socket>();
  return new Promise((resolve, reject) => {
    const server = createServer((waiter) => {
      waiters.add(waiter.on("close", () => waiters.delete(waiter)).on("error", () => undefined));
      waiter.unref().write(String(process.pid));
    });
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") {
        resolve(undefined);
      } else {
        reject(error);
      }
    });
    server.listen(address, () => {
      server.unref();
      resolve(() => {
        server.close();
        for (const waiter of waiters) {
          waiter.destroy();
        }
      });
    });
  });
}

/** Waits on a connection to the holder, which the kernel closes when the holder ends. */
function holderGone(address: string, told: (holder: string) => void): Promise<void> {
  return new Promise((resolve) => {
    connect(address)
      .on("data", (holder) => {
        told(holder.toString());
      })
      .on("error", () => undefined)
      .on("close", () => {
        resolve();
      });
  });
}
