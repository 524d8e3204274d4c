/** Calls to the service. Addresses are relative to the page, so that a prefix in front of both does no harm. */
import { noteAnswer, noteLost } from "../state/connection";
import { askForKey, currentKey, keyHeaders } from "../state/key";
import { ApiError, offline, ownCode, problemFrom } from "./problem";
import type { Job, JobList, JobState, Options, Page } from "./types";

export const address = (path: string): string => new URL(path, document.baseURI).href;

/** `fetch` with the API key, asked for when it is missing. Throws ApiError; an abort stays an AbortError. */
export async function call(path: string, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    const used = currentKey();
    let response: Response;
    try {
      response = await fetch(address(path), { ...init, headers: { ...init.headers, ...keyHeaders() } });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      noteLost();
      throw offline();
    }
    if (response.ok) {
      noteAnswer(response.status, null);
      return response;
    }
    if (response.status === 401 && (await askForKey(used))) continue;
    const problem = problemFrom(response.status, await response.text(), response.headers.get("Retry-After"));
    noteAnswer(response.status, ownCode(problem));
    throw problem;
  }
}

const ANSWER_TIMEOUT_MS = 30_000; // a dead connection says nothing

async function json<T>(path: string, signal?: AbortSignal): Promise<T> {
  const late = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    return (await (await call(path, { signal: signal ? AbortSignal.any([signal, late]) : late })).json()) as T;
  } catch (error) {
    if (error instanceof ApiError || signal?.aborted) throw error;
    noteLost();
    throw offline();
  }
}

export const getOptions = (): Promise<Options> => json("options");

export type ListOrder = "newest" | "oldest" | "name";

export interface ListFilter {
  states: readonly JobState[];
  name: string;
  sort: ListOrder;
}

export async function listJobs(
  filter: ListFilter,
  limit: number,
  after: string | null,
  signal?: AbortSignal,
): Promise<JobList> {
  const query = new URLSearchParams({ limit: String(limit), sort: filter.sort, ...(after ? { after } : {}) });
  for (const state of filter.states) query.append("state", state);
  if (filter.name) query.append("name", filter.name);
  return json(`jobs?${query}`, signal);
}

export const countJobs = (signal?: AbortSignal): Promise<Partial<Record<JobState, number>>> =>
  json("jobs/counts", signal);

export interface Batch {
  source: Record<string, string>;
  total: number;
  documents: Record<string, number>;
}

export const getBatch = (id: string): Promise<Batch> => json(`batches/${id}`);

/** The results of several jobs in one file. */
export const zipPath = (ids: readonly string[]): string =>
  `jobs/results.zip?${new URLSearchParams(ids.map((id) => ["id", id]))}`;

export const getJob = (id: string, signal?: AbortSignal): Promise<Job> => json(`jobs/${id}`, signal);

/** `words`: with the words of each region. */
export const getPage = (id: string, number: number, signal: AbortSignal, words = false): Promise<Page> =>
  json(`jobs/${id}/pages/${number}${words ? "?include_words=true" : ""}`, signal);

export async function getPicture(id: string, number: number, signal: AbortSignal): Promise<Blob> {
  return (await call(`jobs/${id}/pages/${number}/image`, { signal })).blob();
}

export async function getThumbnail(id: string, number: number, signal: AbortSignal): Promise<Blob> {
  return (await call(`jobs/${id}/pages/${number}/image?size=thumbnail`, { signal })).blob();
}

/** Refused where the job has ended meanwhile, or is being read again. */
export async function deleteJob(id: string, only: "cancel" | "remove"): Promise<void> {
  await call(`jobs/${id}?only=${only}`, { method: "DELETE" });
}

/** Reads one page again, or all that have no good result yet. */
export async function retryJob(id: string, page: number | null): Promise<void> {
  await call(`jobs/${id}/retry${page === null ? "" : `?pages=${page}`}`, { method: "POST" });
}

export type ResultFormat = "md" | "html" | "txt" | "docx" | "pdf" | "zip" | "json" | "chunks.json";

/** What is there of a document that is not whole can be had too, by saying so. */
export function resultPath(id: string, format: ResultFormat, state: JobState): string {
  return `jobs/${id}/result.${format}${state === "completed" || state === "partial" ? "" : "?partial=true"}`;
}
