/** Whether the service answers. While it does not, it is asked again every few seconds, and everything goes on then. */
import { effect, signal } from "@preact/signals";

export type Connection = "up" | "starting" | "lost";

export const connection = signal<Connection>("up");

/** Grows each time the service answers again: what failed meanwhile is asked for anew. */
export const recoveries = signal(0);

const PROBE_MS = 2000;
const PROBE_TIMEOUT_MS = 10_000;

/** What an answer says of the service; `code` is that of its problem, if it has one. */
export function noteAnswer(status: number, code: string | null): void {
  if (code === "not_ready") connection.value = "starting";
  else if (code === null && status >= 502 && status <= 504)
    connection.value = "lost"; // a proxy in front of it
  else if (connection.value !== "up") {
    connection.value = "up";
    recoveries.value += 1;
  }
}

export function noteLost(): void {
  connection.value = "lost";
}

/** Calls back after the next recovery; the returned function forgets it. */
export function onRecovery(callback: () => void): () => void {
  let first = true; // a subscription is told the present value at once
  return recoveries.subscribe(() => {
    if (!first) callback();
    first = false;
  });
}

let timer: ReturnType<typeof setTimeout> | undefined;

async function probe(): Promise<void> {
  try {
    const address = new URL("health/startup", document.baseURI);
    const response = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    if (response.ok) noteAnswer(response.status, null);
    else noteAnswer(response.status, isOurs(response) ? "not_ready" : null);
  } catch {
    noteLost();
  }
  if (connection.value !== "up") timer = setTimeout(probe, PROBE_MS);
}

const isOurs = (response: Response): boolean => response.headers.get("Content-Type")?.includes("json") ?? false;

effect(() => {
  const now = connection.value;
  document.documentElement.dataset.connection = now; // nothing turns or breathes while nothing comes
  clearTimeout(timer);
  if (now !== "up") timer = setTimeout(probe, PROBE_MS);
});
