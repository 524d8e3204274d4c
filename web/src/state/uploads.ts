/** Documents on their way to the service: two at a time, each with its progress, until it is a job or is refused. */
import { computed, signal } from "@preact/signals";
import { ApiError, passes } from "../api/problem";
import { submit } from "../api/upload";
import { onRecovery } from "./connection";
import { putJob } from "./jobs";
import { forget, type KeptUpload, keep, takeOver } from "./kept-uploads";
import { goTo, jobLink, route } from "./route";

// Browsers open six connections to a server; events and pages need some of them.
const AT_ONCE = 2;
const LATER_MS = 5000;

export interface Upload extends KeptUpload {
  /** `later`: the service could not take it now; it is sent again by itself. */
  state: "waiting" | "later" | "sending" | "refused";
  /** Share that is sent, 0 to 1. */
  sent: number;
  /** Why it was refused, or waits. */
  error: ApiError | null;
}

/** The first dropped comes first. */
export const uploads = signal<readonly Upload[]>([]);

/** Whether documents would be lost or delayed if the page was left now. */
export const isSending = computed(() => uploads.value.some((upload) => upload.state !== "refused"));

const running = new Map<string, AbortController>();
let openWhenAccepted = "";

export interface Dropped {
  file: File;
  /** With its folder, where a folder was dropped. */
  name: string;
  /** Why it is not even sent. */
  refused: ApiError | null;
}

/** Sends files. A single one is opened as soon as it is accepted: that is what the person wants to see. */
export function send(files: readonly Dropped[], options: Record<string, string>): void {
  const now = Date.now();
  const added = files.map(({ file, name, refused }, place): Upload => {
    const state = refused ? "refused" : "waiting";
    return { id: randomId(), file, name, options, at: now + place / 1000, state, sent: 0, error: refused };
  });
  openWhenAccepted = added.length === 1 && added[0] ? added[0].id : "";
  uploads.value = [...uploads.value, ...added];
  for (const upload of added) if (upload.state === "waiting") void keep(upload);
  startNext();
}

/** Goes on with what was dropped before the page was left. */
export async function resumeUploads(): Promise<void> {
  const known = new Set(uploads.value.map((upload) => upload.id));
  const left = (await takeOver()).filter((upload) => !known.has(upload.id));
  uploads.value = [
    ...left.map((upload): Upload => ({ ...upload, state: "waiting", sent: 0, error: null })),
    ...uploads.value,
  ];
  startNext();
}

/** Tries a refused document again, with more options (a password). */
export function sendAgain(upload: Upload, more: Record<string, string> = {}): void {
  const options = { ...upload.options, ...more };
  const again: Upload = { ...upload, id: randomId(), options, state: "waiting", sent: 0, error: null };
  uploads.value = uploads.value.map((other) => (other.id === upload.id ? again : other));
  openWhenAccepted = again.id;
  void forget(upload.id);
  void keep(again);
  startNext();
}

export function dismiss(id: string): void {
  running.get(id)?.abort();
  running.delete(id);
  uploads.value = uploads.value.filter((upload) => upload.id !== id);
  void forget(id);
  startNext();
}

function startNext(): void {
  const next = uploads.value.find((upload) => upload.state === "waiting");
  if (!next || running.size >= AT_ONCE) return;
  void run(next);
  startNext();
}

async function run(upload: Upload): Promise<void> {
  const connection = new AbortController();
  running.set(upload.id, connection);
  change(upload.id, { state: "sending", error: null });
  try {
    const sent = (share: number): void => change(upload.id, { sent: share });
    const job = await submit(upload.file, upload.options, upload.id, sent, connection.signal);
    uploads.value = uploads.value.filter((other) => other.id !== upload.id);
    void forget(upload.id);
    putJob(job);
    if (openWhenAccepted === upload.id && route.value.view === "home") goTo(jobLink(job.id));
  } catch (error) {
    if (connection.signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    if (passes(error)) wait(upload.id, error);
    else {
      change(upload.id, { state: "refused", error });
      // What a person can still answer (a password, a key) is asked again after a reload.
      if (error.code !== "encrypted_pdf" && error.code !== "unauthorized") void forget(upload.id);
    }
  } finally {
    running.delete(upload.id);
    startNext();
  }
}

function wait(id: string, error: ApiError): void {
  change(id, { state: "later", sent: 0, error });
  const again = (): void => {
    clearTimeout(timer);
    stop();
    if (uploads.value.some((upload) => upload.id === id && upload.state === "later")) change(id, { state: "waiting" });
    startNext();
  };
  const timer = setTimeout(again, (error.retryAfter ?? 0) * 1000 || LATER_MS);
  const stop = onRecovery(again);
}

function change(id: string, fields: Partial<Upload>): void {
  uploads.value = uploads.value.map((upload) => (upload.id === id ? { ...upload, ...fields } : upload));
}

/** randomUUID is there on secure origins only; the service is often met at http://10.0.0.5:8081. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

addEventListener("beforeunload", (event) => {
  if (isSending.value) event.preventDefault();
});
