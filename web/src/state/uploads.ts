/** Documents on their way to the service: two at a time, each with its progress, until it is a job or is refused. */
import { signal } from "@preact/signals";
import { ApiError } from "../api/problem";
import { submit } from "../api/upload";
import { putJob } from "./jobs";
import { goTo, jobLink, route } from "./route";

// Browsers open six connections to a server; events and pages need some of them.
const AT_ONCE = 2;

export interface Upload {
  id: string;
  file: File;
  options: Record<string, string>;
  state: "waiting" | "sending" | "refused";
  /** Share that is sent, 0 to 1. */
  sent: number;
  error: ApiError | null;
}

export const uploads = signal<readonly Upload[]>([]);

const running = new Map<string, AbortController>();
let openWhenAccepted = "";

/** Sends files. A single one is opened as soon as it is accepted: that is what the person wants to see. */
export function send(files: readonly File[], options: Record<string, string>): void {
  const added = files.map(
    (file): Upload => ({ id: randomId(), file, options, state: "waiting", sent: 0, error: null }),
  );
  openWhenAccepted = added.length === 1 && added[0] ? added[0].id : "";
  uploads.value = [...added, ...uploads.value];
  startNext();
}

/** Tries a refused document again, with more options (a password). */
export function sendAgain(upload: Upload, more: Record<string, string> = {}): void {
  const again: Upload = {
    ...upload,
    id: randomId(),
    options: { ...upload.options, ...more },
    state: "waiting",
    sent: 0,
    error: null,
  };
  uploads.value = uploads.value.map((other) => (other.id === upload.id ? again : other));
  startNext();
}

export function dismiss(id: string): void {
  running.get(id)?.abort();
  running.delete(id);
  uploads.value = uploads.value.filter((upload) => upload.id !== id);
  startNext();
}

function startNext(): void {
  // The first chosen goes first.
  const next = uploads.value.findLast((upload) => upload.state === "waiting");
  if (!next || running.size >= AT_ONCE) return;
  void run(next);
  startNext();
}

async function run(upload: Upload): Promise<void> {
  const connection = new AbortController();
  running.set(upload.id, connection);
  change(upload.id, { state: "sending" });
  try {
    const sent = (share: number): void => change(upload.id, { sent: share });
    const job = await submit(upload.file, upload.options, upload.id, sent, connection.signal);
    uploads.value = uploads.value.filter((other) => other.id !== upload.id);
    putJob(job);
    if (openWhenAccepted === upload.id && route.value.view === "home") goTo(jobLink(job.id));
  } catch (error) {
    if (connection.signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    change(upload.id, { state: "refused", error });
  } finally {
    running.delete(upload.id);
    startNext();
  }
}

function change(id: string, fields: Partial<Upload>): void {
  uploads.value = uploads.value.map((upload) => (upload.id === id ? { ...upload, ...fields } : upload));
}

/** randomUUID is there on secure origins only; the service is often met at http://10.0.0.5:8081. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
