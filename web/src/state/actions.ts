/** What a person can do with a job, from the list and from the viewer. */
import { deleteJob, retryJob } from "../api/client";
import { ApiError } from "../api/problem";
import { isFinished } from "../api/states";
import type { Job, JobState } from "../api/types";
import { explainError, t } from "../i18n";
import { announce } from "./announce";
import { dropJob, refreshJob } from "./jobs";
import { followAgain } from "./live";

/** Stops a job that is not finished; removes, after a question, one that is. True when it is gone. */
export async function cancelOrRemove(job: Job): Promise<boolean> {
  const finished = isFinished(job.state);
  if (finished && !confirm(t.value.removeConfirm(job.file.name))) return false;
  const done = await told(async () => {
    await deleteJob(job.id, finished ? "remove" : "cancel");
    announce(finished ? t.value.removed : t.value.cancelled);
    return true;
  });
  if (done && finished) dropJob(job.id);
  else await refreshJob(job.id); // where it was refused, the job is no longer as it was shown
  return done && finished;
}

/** Has one page read again, or all that failed, whole or in part. */
export async function readAgain(id: string, page: number | null): Promise<void> {
  await told(async () => {
    await retryJob(id, page);
    announce(t.value.retryAsked);
    await refreshJob(id);
    followAgain(id);
    return true;
  });
}

export function announceState(name: string, state: JobState): void {
  if (state === "completed") announce(t.value.doneAnnounced(name));
  if (state === "partial") announce(t.value.partialAnnounced(name));
  if (state === "failed") announce(t.value.failedAnnounced(name));
}

async function told(action: () => Promise<boolean>): Promise<boolean> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    announce(`${t.value.errorTitle}: ${explainError(error)}`);
    return false;
  }
}
