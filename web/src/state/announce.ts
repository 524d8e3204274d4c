/** Short messages: shown for a moment and read out by screen readers. */
import { signal } from "@preact/signals";

const SHOWN_MS = 4000;

export const announcement = signal("");

let timer: ReturnType<typeof setTimeout> | undefined;

export function announce(text: string): void {
  clearTimeout(timer);
  announcement.value = text;
  timer = setTimeout(() => (announcement.value = ""), SHOWN_MS);
}
