/** Sends one document. XMLHttpRequest, since `fetch` does not tell how much is sent. */
import { askForKey, currentKey, keyHeaders } from "../state/key";
import { address } from "./client";
import { offline, problemFrom } from "./problem";
import type { Job } from "./types";

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
    const { status, body } = await post(file, options, idempotencyKey, onSent, signal);
    if (status >= 200 && status < 300) return JSON.parse(body) as Job;
    if (status === 401 && (await askForKey(used))) continue;
    throw problemFrom(status, body);
  }
}

interface Answer {
  status: number;
  body: string;
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
    request.open("POST", address("jobs"));
    for (const [name, value] of Object.entries(keyHeaders())) request.setRequestHeader(name, value);
    request.setRequestHeader("Idempotency-Key", idempotencyKey);
    request.upload.onprogress = (event) => event.lengthComputable && onSent(event.loaded / event.total);
    request.onload = () => resolve({ status: request.status, body: request.responseText });
    request.onerror = () => reject(offline());
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}
