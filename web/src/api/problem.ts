/** An error as the service tells it (application/problem+json), or a broken connection with the code `offline`. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

export const offline = (): ApiError => new ApiError(0, "offline", "");

/** Reads the problem in a body; a proxy in between may have answered with something else. */
export function problemFrom(status: number, body: string): ApiError {
  try {
    const problem: unknown = JSON.parse(body);
    if (typeof problem === "object" && problem !== null && "code" in problem) {
      return new ApiError(status, String(problem.code), "detail" in problem ? String(problem.detail) : "");
    }
  } catch {
    // not JSON: told by its status below
  }
  return new ApiError(status, status === 401 ? "unauthorized" : `http_${status}`, "");
}
