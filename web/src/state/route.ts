/** Where we are: the part after `#`, so that the service needs no routes for it. */
import { signal } from "@preact/signals";

export type Route = { view: "home" } | { view: "job"; id: string };

const PATTERN = /^#\/jobs\/([\w-]+)(?:\/p\/(\d{1,7}))?$/;

function read(): Route {
  const id = PATTERN.exec(location.hash)?.[1];
  return id ? { view: "job", id } : { view: "home" };
}

export const route = signal<Route>(read());

/**
 * The page in the address, asked for by a link, a reload or the browser's back; 0 where none is. An object anew each time:
 * the browser's back may ask for the page that was asked for before a jump.
 */
export const askedPage = signal({ number: pageInAddress() });

function pageInAddress(): number {
  return Number(PATTERN.exec(location.hash)?.[2] ?? 0);
}

export const jobLink = (id: string, page = 0): string => `#/jobs/${id}${page > 0 ? `/p/${page}` : ""}`;

export function goTo(hash: string): void {
  location.hash = hash;
}

/** Writes the page in view into the address; a jump, unlike scrolling, can be taken back. */
export function notePage(id: string, page: number, jumped: boolean): void {
  const hash = jobLink(id, page);
  if (location.hash === hash) return;
  if (jumped) history.pushState(null, "", hash);
  else history.replaceState(null, "", hash);
}

function follow(): void {
  const before = route.value;
  const now = read();
  const same = before.view === "job" && now.view === "job" && before.id === now.id;
  askedPage.value = { number: pageInAddress() || (same ? 1 : 0) };
  if (same) return;
  route.value = now;
  scrollTo(0, 0);
}

addEventListener("hashchange", follow);
addEventListener("popstate", follow);
