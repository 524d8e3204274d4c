/** Goes to a page and stays there while it and its neighbours load and change their heights. */

const SETTLED_MS = 3000;
const OWN_MOVES = ["wheel", "touchstart", "pointerdown", "keydown"] as const;

let release: () => void = () => undefined;

/** Lets the page go where something else wants it. */
export const stopShowing = (): void => release();

export function showPage(number: number, focus = true): void {
  release();
  const page = document.querySelector<HTMLElement>(`#page-${number}`);
  if (!page?.parentElement) return;
  const show = (): void => page.scrollIntoView({ block: "start" });
  const observer = new ResizeObserver(show);
  const timer = setTimeout(() => release(), SETTLED_MS);
  release = () => {
    clearTimeout(timer);
    observer.disconnect();
    for (const move of OWN_MOVES) removeEventListener(move, release);
  };
  for (const move of OWN_MOVES) addEventListener(move, release, { passive: true });
  observer.observe(page.parentElement); // calls at once, and after every change of the height
  if (focus) page.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
}
