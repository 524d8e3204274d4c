/** A job's events over `fetch`: EventSource can send no API key. */
import { type EventSourceMessage, EventSourceParserStream } from "eventsource-parser/stream";
import { call } from "./client";
import { ApiError } from "./problem";
import type { JobState, Page } from "./types";

/** What an event tells of a page: enough for the overview, without its text. */
export interface PageMark {
  number: number;
  status: Page["status"];
  seconds: number;
  error: string | null;
  /** It is to be read again; this is the earlier reading, which stays until then. */
  again: boolean;
}

export type JobEvent =
  | { kind: "state"; state: JobState }
  | { kind: "page"; page: PageMark }
  | { kind: "end"; state: JobState };

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;

/**
 * Follows a job to its end, through broken connections, without losing or doubling an event. Throws ApiError.
 *
 * A job that was read again has an older `end` among its events: the last one is that after which the service closes.
 */
export async function followJob(id: string, onEvent: (event: JobEvent) => void, signal: AbortSignal): Promise<void> {
  let lastId = "";
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    let ended = false;
    try {
      const messages = await open(id, lastId, signal);
      if (messages === null) return;
      for await (const message of messages) {
        wait = FIRST_WAIT_MS;
        lastId = message.id ?? lastId;
        const event = parse(message);
        if (event) onEvent(event);
        ended = event?.kind === "end";
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status >= 400 && error.status < 500) throw error;
    }
    if (ended) return;
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

/** The events after `lastId`; null when there are none and will be none. */
async function open(
  id: string,
  lastId: string,
  signal: AbortSignal,
): Promise<AsyncIterable<EventSourceMessage> | null> {
  const headers = { Accept: "text/event-stream", ...(lastId ? { "Last-Event-ID": lastId } : {}) };
  const response = await call(`jobs/${id}/events?markdown=false`, { headers, signal, cache: "no-store" });
  return response.body && response.status !== 204 ? parts(response.body) : null;
}

async function* parts(body: ReadableStream<Uint8Array>): AsyncGenerator<EventSourceMessage> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // it may have broken already
  }
}

function parse(message: EventSourceMessage): JobEvent | null {
  const data = JSON.parse(message.data) as Record<string, unknown>;
  switch (message.event) {
    case "state":
    case "end":
      return { kind: message.event, state: data.state as JobState };
    case "page":
      return { kind: "page", page: data as unknown as PageMark };
    default:
      return null; // a newer service may tell more
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const stop = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}
