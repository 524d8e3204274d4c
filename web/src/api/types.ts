/** The shapes of the HTTP contract that this page reads. Written by `python -m scripts.web_types write`. */

/** Each has a text in the page's languages. */
export type ErrorCode =
  | "address_refused"
  | "already_finished"
  | "backend_refused"
  | "bad_option"
  | "bad_pages"
  | "cancelled"
  | "correction_conflict"
  | "cross_site_refused"
  | "damaged_pdf"
  | "deadline_exceeded"
  | "empty_file"
  | "encrypted_pdf"
  | "engine_unavailable"
  | "fetch_failed"
  | "file_too_large"
  | "host_refused"
  | "idempotency_conflict"
  | "internal_error"
  | "not_finished"
  | "not_found"
  | "not_ready"
  | "page_timeout"
  | "page_too_large"
  | "queue_full"
  | "quota_exceeded"
  | "recognition_failed"
  | "render_failed"
  | "s3_refused"
  | "s3_unavailable"
  | "service_crashed"
  | "storage_full"
  | "too_many_documents"
  | "too_many_pages"
  | "unauthorized"
  | "unsupported_type"
  | "upload_lost"
  | "upload_too_slow"
  | "worker_crashed";

/** What a person made of a region. */
export interface Correction {
  /** `id` of the region */
  region: number;
  /** `revision` of the page after it */
  revision: number;
  /** Name of the API key; empty where there are no keys */
  by: string;
  /** Seconds since the epoch */
  at: number;
  /** In what it differs from the reading; empty: the correction was undone */
  changed: ("content" | "label" | "level" | "order" | "deleted")[];
  /** The region as it was read last */
  original: Region;
}

/** Why a page or a region has no result. */
export interface Failure {
  /** Stable code */
  code: string;
  /** For people */
  message: string;
  /** Where it happened */
  stage: "inspect" | "render" | "layout" | "crops" | "recognition" | "assembly" | "delivery";
}

/** What came in. */
export interface File {
  /** As the client called it */
  name: string;
  /** Told by content */
  type: string;
  /** Of its bytes, hex */
  sha256: string;
  /** Size in bytes */
  bytes: number;
  /** Pages of the whole file */
  pages: number;
}

/** Text of the PDF that nobody sees on the page, and that is in no result. */
export interface HiddenText {
  /** How many */
  characters: number;
  /** How many by what hides them */
  reasons: Record<string, number>;
}

/** Why the job failed, or its first page that could not be read. */
export interface JobFailure {
  /** Stable code */
  code: string;
  /** For people */
  message: string;
  /** Where it is about one page */
  page: number | null;
  /** Where it happened, when that is known */
  stage: "inspect" | "render" | "layout" | "crops" | "recognition" | "assembly" | "delivery" | null;
}

/** Newest first. */
export interface JobList {
  /** This part of the list */
  jobs: Job[];
  /** Give it as `after` for the next part; null at the end */
  next: string | null;
}

/** A job: the work on one document. */
export interface Job {
  /** 128 bits in hex */
  id: string;
  /** `partial`: some pages or regions failed */
  state: JobState;
  /** How far it is */
  pages: JobPages;
  /** Place in the queue, from 1; null when it does not wait */
  position: number | null;
  /** What reads it */
  engine: "vlm" | "tesseract";
  /** `interactive` goes before `batch` */
  priority: string;
  /** What came in */
  file: File;
  /** The result of an earlier job for the same content and options was taken */
  cached: boolean;
  /** How often it was begun; more than 1 after a restart or a retry */
  runs: number;
  /** When it was submitted */
  created_at: string;
  /** When it was first begun */
  started_at: string | null;
  /** When it ended */
  finished_at: string | null;
  /** When it fails if it is not done; null without `deadline_s` */
  deadline_at: string | null;
  /** Why it failed, or its first page did */
  error: JobFailure | null;
  /** For `/batches/{id}`; null where it came alone */
  batch_id: string | null;
  /** Corrections that people have made in it */
  corrections: number;
}

/** Pages of a job. ``total - done - failed`` are still to be read. */
export interface JobPages {
  /** Pages that are asked for */
  total: number;
  /** Pages with a result, whole or in part, and not to be read again */
  done: number;
  /** Pages without one */
  failed: number;
}

export type JobState = "queued" | "running" | "completed" | "partial" | "failed" | "cancelled";

/** What can be asked for with a document here, and what holds where nothing is asked. */
export interface Options {
  /** Of this service */
  version: string;
  /** The name of the API key that asks; null where the service wants none */
  key_name: string | null;
  /** What `engine` may be besides `auto` */
  engines: ("vlm" | "tesseract")[];
  /** What reads with `engine=auto` */
  engine: "vlm" | "tesseract";
  /** What `language` may be made of, joined with `+` */
  languages: string[];
  /** OCR_LANGUAGE */
  language: string;
  /** RENDER_DPI */
  dpi: number;
  /** MAX_UPLOAD_MB in bytes */
  max_upload_bytes: number;
  /** MAX_PAGES */
  max_pages: number;
}

/** One page, read or failed. */
export interface Page {
  /** From 1 */
  number: number;
  /** `partial`: some of its regions failed */
  status: "completed" | "partial" | "failed";
  /** Pixels */
  width: number;
  /** Pixels */
  height: number;
  /** Dots per inch at which it was rendered */
  dpi: number;
  /** Degrees that it was turned clockwise to stand upright */
  angle: number;
  /** What read it */
  reader: "vlm" | "tesseract";
  /** The page's text; figures as links into `images/` */
  markdown: string;
  /** In reading order; headers, footers and page numbers too */
  regions: Region[];
  /** What may have cost quality */
  warnings: string[];
  /** Why it has no text; null when it has */
  error: Failure | null;
  /** From rendering to result */
  seconds: number;
  /** Where the time went */
  stages: Stage[];
  /** Share of the text-like ink that was read, 0 to 1. Below 1.0 regions `unread` or `degraded`, or those with an `error`, say where; null where nobody counted */
  coverage?: number | null;
  /** Of the PDF's own text; null where it was not looked at */
  text_layer: TextLayer | null;
  /** Text of the PDF that nobody sees; null where there is none */
  hidden_text: HiddenText | null;
  /** Mean of the regions' by their letters; null where no region has one */
  confidence?: number | null;
  /** What found the regions; empty where the VLM read the whole page at once */
  layout_model: string;
  /** Grows with each correction and each new reading */
  revision?: number;
  /** `revision` at which it was read last */
  read_revision?: number;
  /** What people corrected, with the regions as they were read; deleted ones are here alone */
  corrections?: Correction[];
  /** What reading it took */
  usage: PageUsage;
}

/** What reading a page took. */
export interface PageUsage {
  /** As the backends count them, images included; 0 with Tesseract */
  prompt_tokens: number;
  /** Of all answers, also of those that were asked for again */
  completion_tokens: number;
  /** CPU seconds of the page worker */
  cpu_s: number;
}

/** An error, as RFC 9457 has it. */
export interface Problem {
  /** `urn:ocr-service:` and the code */
  type: string;
  /** The HTTP status in words */
  title: string;
  /** The HTTP status */
  status: number;
  /** Stable: programs may rely on it */
  code: string;
  /** For people: what is wrong, and the way out */
  detail: string;
}

/** A labelled box on a page, as read. */
export interface Region {
  /** What the layout model takes it for */
  label: string;
  /** `[x0, y0, x1, y1]` in pixels of a page `width` x `height` */
  bbox: [number, number, number, number];
  /** Place in the reading order, from 0 */
  order: number;
  /** The layout model's confidence, 0 to 1; null where the region was found without it */
  score: number | null;
  /** What `content` is written in */
  format: "text" | "markdown" | "html" | "latex" | "image";
  /** The text, written as `format` says; empty for a figure without words */
  content: string;
  /** The figure's file, relative to the job's folder */
  image: string | null;
  /** A heading's level, from 1 */
  level: number | null;
  /** Requests that it took */
  tries: number;
  /** No answer was whole: the text is what could be kept */
  degraded: boolean;
  /** Why it could not be read; null when it was */
  error: Failure | null;
  /** A heading's level in the PDF's outline; null where it has none */
  outline_level: number | null;
  /** What the text was taken from; null for a figure */
  source: "text_layer" | "tesseract" | "vlm" | null;
  /** The PDF's own text says otherwise */
  contradicted: boolean;
  /** `x0, y0, … x3, y3` of four corners in pixels; null where the reader gives none */
  polygon?: number[] | null;
  /** Words of the VLM's answer that were put right by the PDF's own text */
  corrected: number;
  /** How sure its source is of the text, 0 to 1 (docs/formats.md); null where it does not say */
  confidence?: number | null;
  /** Why a person should look at it, empty for most: `low_confidence` (a word below `min_confidence`), `contradicted`, `degraded`, `unread`, `failed` */
  review?: ("low_confidence" | "contradicted" | "degraded" | "unread" | "failed")[];
  /** In reading order; only with `include_words=true` */
  words?: Word[] | null;
  /** Names the region in corrections; null where an earlier version read it: its place in the list */
  id?: number | null;
  /** What of it a person has corrected (docs/corrections.md) */
  edited?: ("content" | "label" | "level" | "order" | "deleted")[];
  /** The PDF marks it as a page artifact: a running header or footer, or a page number */
  artifact?: boolean;
  /** A heading's type size in points, from the PDF's own text; null where that does not tell it */
  type_size?: number | null;
}

/** One stage of a page. */
export interface Stage {
  /** Which one */
  stage: "inspect" | "render" | "layout" | "crops" | "recognition" | "assembly" | "delivery";
  /** Seconds since the epoch */
  started: number;
  /** What it took, waiting included */
  seconds: number;
}

/** What was made of the text that the page's PDF holds itself. */
export interface TextLayer {
  /** Some of the page's text was taken from it */
  used: boolean;
  /** Fonts whose text is what the picture shows */
  trusted_fonts: string[];
  /** Fonts whose text is not, or could not be proven */
  rejected_fonts: string[];
  /** Why fonts or lines were not believed; empty where all were */
  reason: string;
}

/** A word as it stands on the page; one that a line's end breaks is two. */
export interface Word {
  /** As it was read */
  text: string;
  /** `[x0, y0, x1, y1]` in pixels of the page */
  bbox: [number, number, number, number];
  /** 0 to 1; null where the reader gives none for words */
  confidence: number | null;
}
