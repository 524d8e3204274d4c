/** Where we are: the part after `#`, so that the service needs no routes for it. */
import { signal } from "@preact/signals";

export type Route = { view: "home" } | { view: "job"; id: string };

function read(): Route {
  const match = /^#\/jobs\/([\w-]+)$/.exec(location.hash);
  return match?.[1] ? { view: "job", id: match[1] } : { view: "home" };
}

export const route = signal<Route>(read());

export const jobLink = (id: string): string => `#/jobs/${id}`;

export function goTo(hash: string): void {
  location.hash = hash;
}

addEventListener("hashchange", () => {
  route.value = read();
  scrollTo(0, 0);
});
