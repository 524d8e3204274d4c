/** Sends one document. XMLHttpRequest, since `fetch` does not tell how much is sent. */
import { noteAnswer, noteLost } from "../state/connection";
import { askForKey, currentKey, keyHeaders } from "../state/key";
import { address } from "./client";
import { offline, ownCode, problemFrom } from "./problem";
import type { Job } from "./types";

// A dead connection says nothing. While the document is checked nothing moves either.
const STALLED_MS = 60_000;
const CHECKED_MS = 180_000;

/** Throws ApiError, or the signal's reason when it is aborted. `onSent` gets a share, 0 to 1. */
export async function submit(
  file: File,
  options: Record<string, string>,
  idempotencyKey: string,
  onSent: (share: number) => void,
  signal: AbortSignal,
): Promise<Job> {
  for (;;) {
    const used = currentKey();
    const { status, body, retryAfter } = await post(file, options, idempotencyKey, onSent, signal);
    if (status >= 200 && status < 300) {
      noteAnswer(status, null);
      return JSON.parse(body) as Job;
    }
    if (status === 401 && (await askForKey(used))) continue;
    const problem = problemFrom(status, body, retryAfter);
    noteAnswer(status, ownCode(problem));
    throw problem;
  }
}

interface Answer {
  status: number;
  body: string;
  retryAfter: string | null;
}

function post(
  file: File,
  options: Record<string, string>,
  idempotencyKey: string,
  onSent: (share: number) => void,
  signal: AbortSignal,
): Promise<Answer> {
  const form = new FormData();
  for (const [name, value] of Object.entries(options)) form.append(name, value);
  form.append("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const moved = (limitMs: number): void => {
      clearTimeout(timer);
      timer = setTimeout(lost, limitMs);
    };
    const lost = (): void => {
      request.onabort = null;
      request.abort();
      noteLost();
      reject(offline());
    };
    request.open("POST", address("jobs"));
    for (const [name, value] of Object.entries(keyHeaders())) request.setRequestHeader(name, value);
    request.setRequestHeader("Idempotency-Key", idempotencyKey);
    request.upload.onprogress = (event) => {
      moved(STALLED_MS);
      if (event.lengthComputable) onSent(event.loaded / event.total);
    };
    request.upload.onload = () => moved(CHECKED_MS);
    request.onload = () =>
      resolve({
        status: request.status,
        body: request.responseText,
        retryAfter: request.getResponseHeader("Retry-After"),
      });
    request.onerror = lost;
    request.onabort = () => reject(signal.reason);
    request.onloadend = () => clearTimeout(timer);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    moved(STALLED_MS);
    request.send(form);
  });
}
