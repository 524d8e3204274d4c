/** A job's events over `fetch`: EventSource can send no API key. */
import { type EventSourceMessage, EventSourceParserStream } from "eventsource-parser/stream";
import { noteLost, onRecovery } from "../state/connection";
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
const SILENCE_MS = 45_000; // the service gives a sign of life every 15 s

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
      const silence = new Silence();
      const messages = await open(id, lastId, AbortSignal.any([signal, silence.signal]), silence);
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
  silence: Silence,
): Promise<AsyncIterable<EventSourceMessage> | null> {
  const headers = { Accept: "text/event-stream", ...(lastId ? { "Last-Event-ID": lastId } : {}) };
  const response = await call(`jobs/${id}/events?markdown=false`, { headers, signal, cache: "no-store" });
  return response.body && response.status !== 204 ? parts(response.body, silence) : null;
}

/** Ends a connection over which nothing came for too long: such a one may be dead without an error. */
class Silence {
  private readonly connection = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  readonly signal = this.connection.signal;

  heard(): void {
    this.over();
    this.timer = setTimeout(() => {
      noteLost();
      this.connection.abort();
    }, SILENCE_MS);
  }

  over(): void {
    clearTimeout(this.timer);
  }
}

async function* parts(body: ReadableStream<Uint8Array>, silence: Silence): AsyncGenerator<EventSourceMessage> {
  const heard = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, next) {
      silence.heard();
      next.enqueue(chunk);
    },
  });
  silence.heard();
  const reader = body
    .pipeThrough(heard)
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
    silence.over();
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

/** Until the time is over, the signal is aborted, or the service answers again after it did not. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      clearTimeout(timer);
      forget();
      resolve();
    };
    const timer = setTimeout(stop, ms);
    const forget = onRecovery(stop);
    signal.addEventListener("abort", stop, { once: true });
  });
}
