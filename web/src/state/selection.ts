/** The jobs that are selected in the list, and what is done with all of them. */
import { computed, signal } from "@preact/signals";
import { address, call, deleteJob, retryJob, zipPath } from "../api/client";
import { ApiError } from "../api/problem";
import { isFinished } from "../api/states";
import type { Job } from "../api/types";
import { explainError, t } from "../i18n";
import { announce } from "./announce";
import { dropJob, jobs, refreshList } from "./jobs";
import { currentKey } from "./key";

const AT_ONCE = 4;

export const selected = signal<ReadonlySet<string>>(new Set());

export const selectedJobs = computed(() => jobs.value.filter((job) => selected.value.has(job.id)));

export function select(id: string, on: boolean): void {
  const now = new Set(selected.value);
  if (on) now.add(id);
  else now.delete(id);
  selected.value = now;
}

export function selectAll(on: boolean): void {
  selected.value = new Set(on ? jobs.value.map((job) => job.id) : []);
}

export function selectBatch(batch: string): void {
  selected.value = new Set([
    ...selected.value,
    ...jobs.value.filter((job) => job.batch_id === batch).map((job) => job.id),
  ]);
}

/** Of one request. */
const MOST_ZIPPED = 200;

export const canDownload = (job: Job): boolean => ["completed", "partial"].includes(job.state);

/** One zip with a folder for each document. */
export async function downloadSelected(): Promise<void> {
  const ids = selectedJobs.value.filter(canDownload).map((job) => job.id);
  if (ids.length > MOST_ZIPPED) announce(t.value.zipLimit(MOST_ZIPPED));
  const path = zipPath(ids.slice(0, MOST_ZIPPED));
  const link = document.createElement("a");
  link.download = "results.zip";
  try {
    // With a key the browser cannot fetch it by itself.
    link.href = currentKey() ? URL.createObjectURL(await (await call(path)).blob()) : address(path);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    announce(t.value.downloadFailed(explainError(error)));
    return;
  }
  link.click();
  if (link.href.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export const canRetry = (job: Job): boolean => ["partial", "failed", "cancelled"].includes(job.state);

export async function retrySelected(): Promise<void> {
  await each(selectedJobs.value.filter(canRetry), (job) => retryJob(job.id, null));
  announce(t.value.retryAsked);
}

export async function removeSelected(): Promise<void> {
  const chosen = selectedJobs.value;
  if (!confirm(t.value.removeSelectedConfirm(chosen.length))) return;
  await each(chosen, async (job) => {
    if (!isFinished(job.state)) await deleteJob(job.id, "cancel");
    await deleteJob(job.id, "remove");
    dropJob(job.id);
  });
  announce(t.value.removed);
}

/** A few at a time; one that is refused keeps none of the others. */
async function each(chosen: readonly Job[], act: (job: Job) => Promise<void>): Promise<void> {
  const left = [...chosen];
  const worker = async (): Promise<void> => {
    for (let job = left.shift(); job; job = left.shift()) {
      try {
        await act(job);
        select(job.id, false);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        announce(`${job.file.name}: ${explainError(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await refreshList();
}
