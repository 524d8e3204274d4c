import type { Region } from "../src/api/types";

/** A region of a page, as the service gives it; what a test does not name is plain text, as far as the page looks at it. */
export function region(fields: Partial<Region>): Region {
  return {
    label: "text",
    bbox: [0, 0, 100, 20],
    order: 0,
    score: 1,
    format: "text",
    content: "",
    image: null,
    level: null,
    tries: 1,
    degraded: false,
    error: null,
    ...fields,
  } as Region;
}
