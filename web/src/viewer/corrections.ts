/** What people correct in the viewer: which region is open, the pages that came back, and the doubtful places. */
import { signal } from "@preact/signals";
import { call } from "../api/client";
import type { Job, Page, Region, Word } from "../api/types";
import { t } from "../i18n";
import { announce } from "../state/announce";
import { refreshJob } from "../state/jobs";

export interface Place {
  page: number;
  /** The region's id. */
  region: number;
}

export type Doubt = NonNullable<Region["review"]>[number];

export interface DoubtfulPlace extends Place {
  doubt: Doubt;
}

export interface Change {
  content?: string;
  format?: "text" | "markdown" | "html" | "latex";
  label?: string;
  level?: number;
  order?: number;
  deleted?: true;
  undo?: true;
}

/** The region that is being corrected. */
export const editing = signal<Place | null>(null);

/** The doubtful places that are stepped through; null while a person corrects what they like. */
export const doubts = signal<readonly DoubtfulPlace[] | null>(null);

/** Pages as they came back from corrections, by job and number. */
const returned = signal<ReadonlyMap<string, Page>>(new Map());

const keyOf = (job: string, page: number): string => `${job} ${page}`;

/** The page as it was loaded, or as a later correction made it. */
export function newest(job: string, loaded: Page): Page {
  const other = returned.value.get(keyOf(job, loaded.number));
  return other && (other.revision ?? 0) > (loaded.revision ?? 0) ? other : loaded;
}

export const idOf = (region: Region, index: number): number => region.id ?? index;

export function placeOf(page: Page, index: number): Place | null {
  const region = page.regions[index];
  return region ? { page: page.number, region: idOf(region, index) } : null;
}

/** Throws ApiError, also where somebody else was faster. */
export async function correct(job: string, page: Page, region: number, change: Change): Promise<Page> {
  const body = JSON.stringify({ revision: page.revision ?? 0, ...change });
  const response = await call(`jobs/${job}/pages/${page.number}/regions/${region}`, {
    method: "PATCH",
    headers: { "Content-Type": "application/json" },
    body,
  });
  const corrected = (await response.json()) as Page;
  note(job, corrected);
  void refreshJob(job);
  return corrected;
}

export function note(job: string, page: Page): void {
  returned.value = new Map(returned.value).set(keyOf(job, page.number), page);
}

/** Why a person should look at it; a version that does not say so itself left the signs of it. */
export function doubtOf(region: Region): Doubt | null {
  const said = region.review?.[0];
  if (said) return said;
  if (region.label === "unread") return "unread";
  if (region.error) return "failed";
  if (region.degraded) return "degraded";
  return region.contradicted ? "contradicted" : null;
}

export function doubtfulPlaces(pages: readonly Page[]): DoubtfulPlace[] {
  return pages.flatMap((page) =>
    page.regions.flatMap((region, index) => {
      const doubt = doubtOf(region);
      return doubt ? [{ page: page.number, region: idOf(region, index), doubt }] : [];
    }),
  );
}

/** Opens the first doubtful place from this page on; the document's places are fetched once they are asked for. */
export async function startChecking(job: Job, fromPage: number): Promise<void> {
  const { pages } = (await (await call(`jobs/${job.id}/result.json`)).json()) as { pages: Page[] };
  const found = doubtfulPlaces(pages);
  if (found.length === 0) {
    announce(t.value.doubtsNone);
    return;
  }
  doubts.value = found;
  editing.value = found.find((place) => place.page >= fromPage) ?? found[0] ?? null;
}

/** The doubtful place after the one that is open, or before it; closes after the last one. */
export function stepDoubt(by: 1 | -1): void {
  const all = doubts.value ?? [];
  const now = doubtIndex();
  const next = all[now + by];
  if (next) editing.value = next;
  else if (by > 0) stopEditing();
}

export function doubtIndex(): number {
  const open = editing.value;
  return (doubts.value ?? []).findIndex((place) => place.page === open?.page && place.region === open.region);
}

export function stopEditing(): void {
  editing.value = null;
  doubts.value = null;
}

const UNSURE = 0.6; // MIN_CONFIDENCE, unless the service or the job sets another

/** Those that the reader was not sure of; of a region that is marked for it, the least sure one at least. */
export function unsureWords(region: Region): Word[] {
  if (region.edited?.includes("content")) return [];
  const known = (region.words ?? []).filter((word) => word.confidence !== null && /[\p{L}\p{N}]/u.test(word.text));
  const least = Math.min(...known.map((word) => word.confidence ?? 1));
  const isMarked = region.review?.includes("low_confidence") ?? false;
  return known.filter(({ confidence }) => (confidence ?? 1) < UNSURE || (isMarked && confidence === least));
}
