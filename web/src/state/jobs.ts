/** The list of jobs, newest first, kept fresh by asking: quickly while something moves, slowly otherwise. */
import { signal } from "@preact/signals";
import { countJobs, getJob, type ListFilter, type ListOrder, listJobs } from "../api/client";
import { ApiError } from "../api/problem";
import { isFinished } from "../api/states";
import type { Job, JobState } from "../api/types";
import { onRecovery } from "./connection";

const PART = 25;
const LATER_PART = 250;
const MOST_REFRESHED = 100;
const BUSY_MS = 2000;
const IDLE_MS = 15_000;

export const jobs = signal<readonly Job[]>([]);
export const listState = signal<"loading" | "ready" | ApiError>("loading");
export const nextPart = signal<string | null>(null);
export const counts = signal<Partial<Record<JobState, number>>>({});

/** Groups of states that a person looks for. */
export const GROUPS = {
  all: [],
  open: ["queued", "running"],
  done: ["completed"],
  troubled: ["partial", "failed", "cancelled"],
} as const satisfies Record<string, readonly JobState[]>;

export type Group = keyof typeof GROUPS;

export const group = signal<Group>("all");
export const wantedName = signal("");
export const order = signal<ListOrder>("newest");

const filter = (): ListFilter => ({ states: GROUPS[group.value], name: wantedName.value.trim(), sort: order.value });

const fits = (job: Job): boolean => {
  const { states, name } = filter();
  const hasState = states.length === 0 || states.includes(job.state);
  return hasState && job.file.name.toLowerCase().includes(name.toLowerCase());
};

/** Shows other jobs: those of a group, or whose name contains some letters; or the same in another order. */
export function show(fields: { group?: Group; name?: string; order?: ListOrder }): void {
  if (fields.order && fields.order !== order.value) {
    order.value = fields.order;
    jobs.value = [];
  }
  if (fields.group) group.value = fields.group;
  if (fields.name !== undefined) wantedName.value = fields.name;
  jobs.value = jobs.value.filter(fits); // the rest comes from the service
  nextPart.value = null;
  void refreshList();
}

let timer: ReturnType<typeof setTimeout> | undefined;
let asking: AbortController | null = null;
let watchers = 0;
let turns = 0;
const lastTurn = new Map<string, number>();

/** Keeps the list fresh until the returned function is called. */
export function watchList(): () => void {
  watchers += 1;
  void refreshList();
  return () => {
    watchers -= 1;
    if (watchers === 0) stop();
  };
}

export async function refreshList(): Promise<void> {
  stop();
  if (document.hidden) return; // taken up again when the tab is looked at
  const request = new AbortController();
  asking = request;
  try {
    const limit = Math.min(Math.max(jobs.value.length, PART), MOST_REFRESHED);
    const [list, numbers] = await Promise.all([
      listJobs(filter(), limit, null, request.signal),
      countJobs(request.signal),
    ]);
    if (request.signal.aborted) return;
    counts.value = numbers;
    const newest = new Set(list.jobs.map((job) => job.id));
    const oldest = list.jobs.at(-1);
    const end = jobs.value.findIndex((job) => job.id === oldest?.id);
    const shownBelow = end >= 0 && list.next ? jobs.value.slice(end + 1).filter((job) => !newest.has(job.id)) : [];
    jobs.value = [...list.jobs, ...shownBelow];
    if (shownBelow.length === 0) nextPart.value = list.next;
    listState.value = "ready";
  } catch (error) {
    if (request.signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    listState.value = error;
  }
  asking = null;
  if (watchers > 0)
    timer = setTimeout(refreshList, jobs.value.every((job) => isFinished(job.state)) ? IDLE_MS : BUSY_MS);
}

export async function loadMore(): Promise<void> {
  if (!nextPart.value) return;
  const asked = filter();
  const list = await listJobs(asked, LATER_PART, nextPart.value);
  const now = filter();
  if (asked.name !== now.name || asked.states !== now.states || asked.sort !== now.sort) return;
  const known = new Set(jobs.value.map((job) => job.id));
  jobs.value = [...jobs.value, ...list.jobs.filter((job) => !known.has(job.id))];
  nextPart.value = list.next;
}

/** Asks for one job and puts it where it stands. Throws ApiError. */
export async function loadJob(id: string): Promise<void> {
  // Answers can overtake one another; the one asked for last knows most.
  const turn = (turns += 1);
  lastTurn.set(id, turn);
  const job = await getJob(id);
  if (lastTurn.get(id) === turn) putJob(job);
}

/** The same for a job that is shown; one that is gone leaves the list. */
export async function refreshJob(id: string): Promise<void> {
  try {
    await loadJob(id);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404) dropJob(id);
  }
}

export function putJob(job: Job): void {
  const known = jobs.value.some((other) => other.id === job.id);
  jobs.value = known ? jobs.value.map((other) => (other.id === job.id ? job : other)) : [job, ...jobs.value];
}

export function dropJob(id: string): void {
  jobs.value = jobs.value.filter((job) => job.id !== id);
}

function stop(): void {
  clearTimeout(timer);
  asking?.abort();
  asking = null;
}

onRecovery(() => {
  if (watchers > 0) void refreshList();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) stop();
  else if (watchers > 0) void refreshList();
});
