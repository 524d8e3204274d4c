/** What a page in view needs: its result and its picture, fetched when it comes near, let go when it is far. */
import { type Signal, signal } from "@preact/signals";
import { getPage, getPicture } from "../api/client";
import { ApiError, passes } from "../api/problem";
import type { Page } from "../api/types";
import { onRecovery } from "../state/connection";

export interface PageData {
  page: Signal<Page | ApiError | null>;
  picture: Signal<Picture | ApiError | null>;
}

export interface Picture {
  blob: Blob;
  url: string;
}

// A page that scrolls by quickly is not worth a request.
const SETTLE_MS = 80;

/**
 * Starts to load; the returned function stops it and frees the picture. `unread`: the picture alone is there; `words`: the
 * page has them.
 */
export function loadPage(
  id: string,
  number: number,
  { unread = false, words = false } = {},
): { data: PageData; release: () => void } {
  const data: PageData = { page: signal(null), picture: signal(null) };
  const connection = new AbortController();
  const timer = setTimeout(() => {
    if (!unread) void fill(data.page, () => getPage(id, number, connection.signal, words), connection.signal);
    void fill(
      data.picture,
      async () => {
        const blob = await getPicture(id, number, connection.signal);
        return { blob, url: URL.createObjectURL(blob) };
      },
      connection.signal,
    );
  }, SETTLE_MS);
  const release = (): void => {
    clearTimeout(timer);
    connection.abort();
    const picture = data.picture.value;
    if (picture && !(picture instanceof ApiError)) URL.revokeObjectURL(picture.url);
  };
  return { data, release };
}

async function fill<T>(into: Signal<T | ApiError | null>, load: () => Promise<T>, stop: AbortSignal): Promise<void> {
  try {
    into.value = await load();
  } catch (error) {
    if (stop.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    if (passes(error))
      stop.addEventListener(
        "abort",
        onRecovery(() => void fill(into, load, stop)),
        { once: true },
      );
    else into.value = error;
  }
}
