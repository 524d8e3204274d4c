/** The API key: asked for when the service wants one, kept for this tab, or in the browser where the person wants it. */
import { signal } from "@preact/signals";

const STORED = "ocr-api-key";

export type KeyRequest = "none" | "asked" | "rejected" | "dismissed";

export const keyRequest = signal<KeyRequest>("none");

let waiting: { promise: Promise<boolean>; resolve: (given: boolean) => void } | null = null;

export function currentKey(): string {
  return sessionStorage.getItem(STORED) ?? remembered() ?? "";
}

function remembered(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null; // switched off
  }
}

export function keyHeaders(): Record<string, string> {
  const key = currentKey();
  // Not Authorization: some platforms use that header up themselves.
  return key ? { "X-API-Key": key } : {};
}

/** Asks once for all calls that need the key; false when the person does not give one. `used` is what was refused. */
export async function askForKey(used: string): Promise<boolean> {
  if (used !== currentKey()) return true; // given meanwhile
  if (keyRequest.value === "dismissed") return false;
  if (waiting === null) {
    let resolve: (given: boolean) => void = () => undefined;
    const promise = new Promise<boolean>((done) => (resolve = done));
    waiting = { promise, resolve };
    keyRequest.value = used ? "rejected" : "asked";
  }
  return waiting.promise;
}

export function giveKey(key: string, remember: boolean): void {
  sessionStorage.setItem(STORED, key);
  try {
    if (remember) localStorage.setItem(STORED, key);
    else localStorage.removeItem(STORED);
  } catch {
    // switched off: kept for this tab
  }
  settle("none", true);
}

export function dismissKey(): void {
  settle("dismissed", false);
}

/** After a dismissal: the next call asks again. */
export function reopenKeyDialog(): void {
  keyRequest.value = "none";
}

function settle(request: KeyRequest, given: boolean): void {
  keyRequest.value = request;
  const { resolve } = waiting ?? {};
  waiting = null;
  resolve?.(given);
}

/** Forgets the key, here and in the browser, and everything that was shown with it. */
export function signOut(): void {
  sessionStorage.removeItem(STORED);
  try {
    localStorage.removeItem(STORED);
  } catch {
    // see above
  }
  location.hash = "#/";
  location.reload();
}
