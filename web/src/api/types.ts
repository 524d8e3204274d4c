/** The HTTP contract's shapes, as far as this page reads them. */

export type JobState = "queued" | "running" | "completed" | "partial" | "failed" | "cancelled";
export type Outcome = "completed" | "partial" | "failed";
export type ReaderName = "vlm" | "tesseract";

export interface Failure {
  code: string;
  message: string;
  page?: number | null;
  stage?: string | null;
}

export interface Job {
  id: string;
  state: JobState;
  file: { name: string; type: string; bytes: number; pages: number };
  /** `done` have a result, good or in part; `failed` have none. */
  pages: { total: number; done: number; failed: number };
  /** Place in the queue, from 1; null once it runs. */
  position: number | null;
  engine: ReaderName;
  /** The result of an earlier job for the same content and options was taken. */
  cached: boolean;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  /** Why the job failed, or its first page that could not be read. */
  error: Failure | null;
}

export interface JobList {
  jobs: Job[];
  /** What `after` is for the next part of the list; null at its end. */
  next: string | null;
}

export interface Region {
  label: string;
  /** x0, y0, x1, y1 in pixels of a page `width` × `height`. */
  bbox: [number, number, number, number];
  order: number;
  score: number;
  format: "text" | "markdown" | "html" | "latex" | "image";
  content: string;
  image: string | null;
  degraded: boolean;
  error: Failure | null;
}

export interface Page {
  number: number;
  status: Outcome;
  width: number;
  height: number;
  dpi: number;
  angle: number;
  reader: ReaderName;
  markdown: string;
  regions: Region[];
  warnings: string[];
  error: Failure | null;
  seconds: number;
}

/** What an event tells of a page: enough for the overview, without its text. */
export interface PageMark {
  number: number;
  status: Outcome;
  seconds: number;
  error: string | null;
  /** It is to be read again; this is the earlier reading, which stays until then. */
  again: boolean;
}

export type JobEvent =
  | { kind: "state"; state: JobState }
  | { kind: "page"; page: PageMark }
  | { kind: "end"; state: JobState };

export const isFinished = (state: JobState): boolean => state !== "queued" && state !== "running";
