/** Search in the whole document: its text is fetched once, so that every page is searched, seen or not. */
import { computed, signal } from "@preact/signals";
import { call } from "../api/client";
import type { JobState, Page } from "../api/types";

interface Place {
  page: number;
  /** Index in the page's regions. */
  region: number;
  text: string;
}

export interface Hit {
  page: number;
  region: number;
}

export const query = signal("");
export const searching = signal<"closed" | "loading" | "ready" | "failed">("closed");
export const current = signal(0);

const places = signal<readonly Place[]>([]);
let loaded = "";

/** Each region in which the words are found, as often as they are. */
export const hits = computed<readonly Hit[]>(() => find(places.value, query.value));

export const currentHit = computed<Hit | null>(() => hits.value[current.value] ?? null);

/** The regions with hits of each page. */
export const hitsByPage = computed(() => {
  const pages = new Map<number, Set<number>>();
  for (const { page, region } of hits.value) pages.set(page, (pages.get(page) ?? new Set()).add(region));
  return pages;
});

export async function openSearch(id: string, state: JobState, read: number): Promise<void> {
  const version = `${id} ${state} ${read}`; // a document that grows is fetched again
  if (loaded === version) {
    searching.value = "ready";
    return;
  }
  searching.value = "loading";
  try {
    const partial = state === "completed" || state === "partial" ? "" : "?partial=true";
    const { pages } = (await (await call(`jobs/${id}/result.json${partial}`)).json()) as { pages: Page[] };
    places.value = placesOf(pages);
    loaded = version;
    searching.value = "ready";
  } catch {
    searching.value = "failed";
  }
}

export function closeSearch(): void {
  searching.value = "closed";
  query.value = "";
  current.value = 0;
}

export function ask(text: string): void {
  query.value = text;
  current.value = 0;
}

export function step(by: 1 | -1): void {
  const count = hits.value.length;
  if (count > 0) current.value = (current.value + by + count) % count;
}

export function placesOf(pages: readonly Page[]): Place[] {
  return pages.flatMap((page) =>
    page.regions
      .map((region, index) => ({ region, index }))
      .sort((a, b) => a.region.order - b.region.order)
      .map(({ region, index }) => ({ page: page.number, region: index, text: normal(plain(region.content)) })),
  );
}

export function find(all: readonly Place[], words: string): Hit[] {
  const wanted = normal(words).trim();
  if (wanted.length < 2) return [];
  const found: Hit[] = [];
  for (const { page, region, text } of all) {
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length))
      found.push({ page, region });
  }
  return found;
}

const plain = (content: string): string => content.replace(/<[^>]*>/g, " ").replace(/&(amp|lt|gt|quot|nbsp);/g, " ");

/** Without case, with single spaces, words whole that were broken at the end of a line; ё is found by е. */
const normal = (text: string): string =>
  text
    .replace(/(\p{L})[-\u00ad]\s*\n\s*(\p{Ll})/gu, "$1$2")
    .replace(/\s+/g, " ")
    .toLowerCase()
    .replaceAll("ё", "е");
