import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ownCode, passes, problemFrom } from "../src/api/problem";
import { connection, noteAnswer, noteLost, onRecovery } from "../src/state/connection";

/** The clock is the test's: it moves on with each look. */
const PATIENT = { timeout: 60_000, interval: 100 };

beforeEach(() => {
  vi.useFakeTimers();
  connection.value = "up";
});

afterEach(() => {
  connection.value = "up";
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test.each([
  [200, null, "up"],
  [404, "not_found", "up"],
  [503, "not_ready", "starting"],
  [503, "queue_full", "up"],
  [502, null, "lost"],
  [504, null, "lost"],
] as const)("an answer %s with the code %s means %s", (status, code, state) => {
  noteAnswer(status, code);
  expect(connection.value).toBe(state);
  expect(document.documentElement.dataset.connection).toBe(state);
});

test("after a loss the service is asked until it answers, and whoever waits is called once", async () => {
  const answers = [() => Promise.reject(new TypeError("refused")), () => Promise.resolve(new Response("{}"))];
  const ask = vi.fn(() => answers.shift()?.());
  vi.stubGlobal("fetch", ask);
  const recovered = vi.fn();
  const forget = onRecovery(recovered);
  noteLost();
  await vi.waitFor(() => expect(ask).toHaveBeenCalledTimes(1), PATIENT);
  expect(connection.value).toBe("lost");
  expect(recovered).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(connection.value).toBe("up"), PATIENT);
  expect(recovered).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).toHaveBeenCalledTimes(2);
  forget();
});

test("a service that is starting is told from a proxy without a service", async () => {
  const starting = new Response("{}", { status: 503, headers: { "Content-Type": "application/json" } });
  const proxy = new Response("<html>", { status: 503, headers: { "Content-Type": "text/html" } });
  const answers = [starting, proxy];
  vi.stubGlobal("fetch", () => Promise.resolve(answers.shift()));
  noteLost();
  await vi.waitFor(() => expect(connection.value).toBe("starting"), PATIENT);
  await vi.waitFor(() => expect(connection.value).toBe("lost"), PATIENT);
});

test("a problem of the service is told from a proxy's page", () => {
  const own = problemFrom(429, '{"code": "queue_full", "detail": "1000 jobs wait"}', "7");
  expect([own.code, own.message, own.retryAfter, passes(own), ownCode(own)]).toEqual([
    "queue_full",
    "1000 jobs wait",
    7,
    true,
    "queue_full",
  ]);
  const proxy = problemFrom(502, "<html>Bad gateway</html>", "soon");
  expect([proxy.code, proxy.retryAfter, passes(proxy), ownCode(proxy)]).toEqual(["http_502", null, true, null]);
  expect(passes(problemFrom(422, '{"code": "damaged_pdf"}'))).toBe(false);
});
