import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { PageMark } from "../src/api/events";
import type { JobState } from "../src/api/types";
import { countRead, followAgain, pageMarks, watchJob } from "../src/state/live";

const page = (number: number, fields: Partial<PageMark> = {}): PageMark => ({
  number,
  status: "completed",
  seconds: 1,
  error: null,
  again: false,
  ...fields,
});

/** A service that answers each request for events with the next of these bodies; an endless one stays open. */
const answers: (string | "endless")[] = [];
const lastIds: (string | null)[] = [];
const open: ReadableStreamDefaultController<Uint8Array>[] = [];

function respond(_address: string, init: RequestInit): Promise<Response> {
  lastIds.push(new Headers(init.headers).get("Last-Event-ID"));
  const body = answers.shift();
  if (body === undefined) return Promise.resolve(new Response(null, { status: 204 }));
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      init.signal?.addEventListener("abort", () => controller.error(init.signal?.reason));
      if (body === "endless") open.push(controller);
      else {
        controller.enqueue(new TextEncoder().encode(body));
        controller.close();
      }
    },
  });
  return Promise.resolve(new Response(stream));
}

let id = 0;
const event = (kind: string, data: unknown): string =>
  `id: ${(id += 1)}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
const send = (kind: string, data: unknown): void => open.at(-1)?.enqueue(new TextEncoder().encode(event(kind, data)));

let stop: () => void = () => undefined;
let states: JobState[] = [];
const watch = (job: string): void => {
  stop = watchJob(job, (state) => states.push(state));
};

beforeEach(() => {
  vi.stubGlobal("fetch", vi.fn(respond));
  answers.length = lastIds.length = open.length = 0;
  states = [];
  id = 0;
});

afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

test("the pages of a job are marked as their events come, the one read last comes last", async () => {
  answers.push("endless");
  watch("job-1");
  await vi.waitFor(() => expect(open).toHaveLength(1));
  send("state", { state: "running" });
  send("page", page(2));
  send("page", page(1, { status: "failed", error: "page_timeout" }));
  send("page", page(2, { seconds: 3 }));
  await vi.waitFor(() => expect([...pageMarks("job-1").value.keys()]).toEqual([1, 2]));
  expect(pageMarks("job-1").value.get(2)?.seconds).toBe(3);
  expect(states).toEqual(["running"]);
});

test("after a break it goes on behind the last event that came", async () => {
  answers.push(event("page", page(1)), event("page", page(2)) + event("end", { state: "completed" }));
  watch("job-2");
  await vi.waitFor(() => expect(states).toEqual(["completed"]), 5000);
  expect(lastIds).toEqual([null, "1"]);
  expect([...pageMarks("job-2").value.keys()]).toEqual([1, 2]);
});

test("a job that ended is not asked again until it is read again", async () => {
  answers.push(event("end", { state: "failed" }));
  watch("job-3");
  await vi.waitFor(() => expect(states).toEqual(["failed"]));
  stop();
  watch("job-3");
  expect(lastIds).toHaveLength(2); // a new watcher looks once; 204 says that there is no more
  answers.push(event("state", { state: "running" }) + event("end", { state: "completed" }));
  followAgain("job-3");
  await vi.waitFor(() => expect(states).toContain("completed"));
});

test("kinds of events that a newer service may send are passed over", async () => {
  answers.push(event("confetti", {}) + event("end", { state: "completed" }));
  watch("job-4");
  await vi.waitFor(() => expect(states).toEqual(["completed"]));
});

test("pages that are to be read again are not counted as read", () => {
  const marks = new Map(
    [page(1), page(2, { again: true }), page(3, { status: "failed" })].map((mark) => [mark.number, mark]),
  );
  expect(countRead(marks)).toBe(2);
});
