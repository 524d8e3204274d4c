/** Files of a document that are made when they are asked for: waited for with their progress, then handed over. */
import { signal } from "@preact/signals";
import { address, call, type ResultFormat, resultPath } from "../api/client";
import { ApiError } from "../api/problem";
import type { Job } from "../api/types";
import { explainError, t } from "../i18n";
import { announce } from "../state/announce";
import { currentKey } from "../state/key";

const AGAIN_MS = 1000;

/** What is being made: its share that is done, 0 to 1, or null where that is not known. */
export const making = signal<ReadonlyMap<string, number | null>>(new Map());

export const makingKey = (job: Job, format: ResultFormat): string => `${job.id} ${format}`;

export const fileName = (job: Job, format: ResultFormat): string =>
  `${job.file.name.replace(/\.[^.]+$/, "")}.${format}`;

export async function download(job: Job, format: ResultFormat): Promise<void> {
  const key = makingKey(job, format);
  if (making.value.has(key)) return;
  note(key, null);
  try {
    const response = await made(resultPath(job.id, format, job.state), (share) => note(key, share));
    if (currentKey()) {
      save(URL.createObjectURL(await response.blob()), fileName(job, format));
    } else {
      // Without a key the browser fetches it itself, straight to the disk.
      void response.body?.cancel();
      save(address(resultPath(job.id, format, job.state)), fileName(job, format));
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    announce(t.value.downloadFailed(explainError(error)));
  } finally {
    note(key, undefined);
  }
}

/** The answer with the file: 202 means that it is still being made. */
async function made(path: string, onShare: (share: number | null) => void): Promise<Response> {
  for (;;) {
    const response = await call(path);
    if (response.status !== 202) return response;
    onShare(shareOf(await response.json().catch(() => null)));
    const seconds = Number(response.headers.get("Retry-After"));
    await new Promise((resolve) => setTimeout(resolve, seconds > 0 ? Math.min(seconds * 1000, 5000) : AGAIN_MS));
  }
}

export function shareOf(answer: unknown): number | null {
  if (typeof answer !== "object" || answer === null) return null;
  const { pages_done: done, pages } = answer as Record<string, unknown>;
  const share = typeof done === "number" && typeof pages === "number" ? done / pages : null;
  return share !== null && share >= 0 && share <= 1 ? share : null;
}

function note(key: string, share: number | null | undefined): void {
  const now = new Map(making.value);
  if (share === undefined) now.delete(key);
  else now.set(key, share);
  making.value = now;
}

function save(href: string, name: string): void {
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  link.click();
  if (href.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
