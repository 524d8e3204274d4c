/**
 * Which region a piece of a page's Markdown comes from. The Markdown is the regions' contents in reading order with
 * marks added (headings, escapes, formula signs), so letters and digits alone are compared, from the top down.
 */
import type { Region } from "../api/types";

// Left out of the Markdown by the service, as PaddleX does.
const MARGIN_LABELS = new Set(["number", "footnote", "header", "header_image", "footer", "footer_image", "aside_text"]);

/** Enough of a text to find it by when its end was changed. */
const PREFIX = 24;

export interface Alignment {
  /** For each block, the indexes of its regions. */
  regionsOf: number[][];
  /** Regions that have no text in the page, each with the block that it comes before. */
  missing: { region: number; before: number }[];
}

export function align(blocks: readonly string[], regions: readonly Region[]): Alignment {
  const keys = blocks.map(letters);
  const starts: number[] = [];
  let length = 0;
  for (const key of keys) {
    starts.push(length);
    length += key.length;
  }
  const page = keys.join("");
  const regionsOf: number[][] = blocks.map(() => []);
  const missing: Alignment["missing"] = [];
  const ordered = regions.map((region, index) => ({ region, index })).sort((a, b) => a.region.order - b.region.order);
  let cursor = 0;
  for (const { region, index } of ordered) {
    const key = letters(region.format === "image" ? (region.image ?? "") : region.content);
    const found = key ? find(page, key, cursor) : -1;
    if (found < 0) {
      const isMargin = MARGIN_LABELS.has(region.label);
      if (!isMargin && (region.error || region.degraded))
        missing.push({ region: index, before: blockAt(starts, cursor, length) });
      continue;
    }
    const end = found + Math.min(key.length, length - found);
    starts.forEach((start, block) => {
      const stop = starts[block + 1] ?? length;
      if (start < end && stop > found && stop > start) regionsOf[block]?.push(index);
    });
    cursor = end;
  }
  return { regionsOf, missing };
}

function find(page: string, key: string, from: number): number {
  const whole = page.indexOf(key, from);
  return whole >= 0 || key.length <= PREFIX ? whole : page.indexOf(key.slice(0, PREFIX), from);
}

function blockAt(starts: readonly number[], position: number, length: number): number {
  if (position >= length) return starts.length;
  const after = starts.findIndex((start) => start >= position);
  return after < 0 ? starts.length : after;
}

function letters(text: string): string {
  return text
    .replace(/<[^>]*>/g, "")
    .replace(/&#?\w+;/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, "");
}
