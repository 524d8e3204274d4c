import type { JobState } from "./types";

export const isFinished = (state: JobState): boolean => state !== "queued" && state !== "running";
