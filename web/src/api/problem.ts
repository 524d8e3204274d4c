/** An error as the service tells it (application/problem+json), or a broken connection with the code `offline`. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    /** Seconds after which the service wants to be asked again; null where it does not say. */
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
  }
}

export const offline = (): ApiError => new ApiError(0, "offline", "");

/** Whether the same request may do later, with nothing changed. */
export const passes = (error: ApiError): boolean =>
  ["offline", "not_ready", "queue_full", "http_502", "http_503", "http_504"].includes(error.code);

/** Reads the problem in a body; a proxy in between may have answered with something else. */
export function problemFrom(status: number, body: string, retryAfter: string | null = null): ApiError {
  const seconds = retryAfter && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null;
  try {
    const problem: unknown = JSON.parse(body);
    if (typeof problem === "object" && problem !== null && "code" in problem) {
      return new ApiError(status, String(problem.code), "detail" in problem ? String(problem.detail) : "", seconds);
    }
  } catch {
    // not JSON: told by its status below
  }
  return new ApiError(status, status === 401 ? "unauthorized" : `http_${status}`, "", seconds);
}

/** The code of a problem that the service itself told. */
export const ownCode = (error: ApiError): string | null => (/^http_|^offline$/.test(error.code) ? null : error.code);
