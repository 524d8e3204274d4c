/** A job's events over `fetch`: EventSource can send no API key. */
import { EventSourceParserStream, type EventSourceMessage } from "eventsource-parser/stream";
import { call } from "./client";
import { ApiError } from "./problem";
import type { JobEvent, JobState, PageMark } from "./types";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;

/** Follows a job to its end, through broken connections, without losing or doubling an event. Throws ApiError. */
export async function followJob(id: string, onEvent: (event: JobEvent) => void, signal: AbortSignal): Promise<void> {
  let lastId = "";
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    try {
      for await (const message of open(id, lastId, signal)) {
        wait = FIRST_WAIT_MS;
        lastId = message.id ?? lastId;
        const event = parse(message);
        if (event) onEvent(event);
        if (event?.kind === "end") return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status >= 400 && error.status < 500) throw error;
    }
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

async function* open(id: string, lastId: string, signal: AbortSignal): AsyncGenerator<EventSourceMessage> {
  const headers = { Accept: "text/event-stream", ...(lastId ? { "Last-Event-ID": lastId } : {}) };
  const response = await call(`jobs/${id}/events?markdown=false`, { headers, signal, cache: "no-store" });
  if (!response.body) return;
  const reader = response.body
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
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
