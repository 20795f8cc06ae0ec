import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

const COOKIE = "session";
const SHORTEST_KEY = 32;

/**
 * Remembers how often a browser was here in a cookie that only this service can write: every pod
 * that has the key continues what another one began.
 */
export class Sessions {
  readonly #key: string;

  private constructor(key: string) {
    this.#key = key;
  }

  /**
   * Takes the key from a file.
   *
   * @throws {Error} one line that names the file and what is wrong with it, never what is in it.
   */
  static fromFile(path: string): Sessions {
    const key = read(path);
    if (key.length >= SHORTEST_KEY) {
      return new Sessions(key);
    }
    throw new Error(
      `SESSION_KEY_FILE must name a file with a key of at least ${SHORTEST_KEY} characters, got ${key.length} in "${path}"`,
    );
  }

  /** Visits so far, by a request's Cookie header; 0 for a cookie that was not written with this key. */
  visits(header: string | undefined): number {
    const value = (header ?? "")
      .split(";")
      .map((part) => part.trim())
      .find((part) => part.startsWith(`${COOKIE}=`))
      ?.slice(COOKIE.length + 1);
    const [visits = "", signature = ""] = value?.split(".") ?? [];
    return /^\d{1,15}$/.test(visits) && this.#signed(visits, signature) ? Number(visits) : 0;
  }

  /** The Set-Cookie header that remembers so many visits. */
  cookie(visits: number): string {
    const value = `${visits}.${this.#signature(String(visits))}`;
    return `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Lax`;
  }

  #signed(visits: string, signature: string): boolean {
    const expected = Buffer.from(this.#signature(visits));
    const given = Buffer.from(signature);
    return expected.length === given.length && timingSafeEqual(expected, given);
  }

  #signature(visits: string): string {
    return createHmac("sha256", this.#key).update(visits).digest("base64url");
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`SESSION_KEY_FILE must name a file that can be read, got "${path}" (${code})`);
  }
}
