/** What is asked for with each document; only what differs from the service's own settings is sent. */
import { computed, signal } from "@preact/signals";
import type { Options as Offered } from "../api/types";

export interface Options {
  pages: string;
  engine: "auto" | "vlm" | "tesseract";
  /** As the service names them, such as `rus+eng`; its own setting when empty. */
  language: string;
  dpi: "" | "150" | "200" | "300" | "400";
  includeImages: boolean;
  joinPages: boolean;
  readAnew: boolean;
  pageMarkers: "none" | "comment" | "rule";
  password: string;
}

export const DEFAULTS: Options = {
  pages: "",
  engine: "auto",
  language: "",
  dpi: "",
  includeImages: true,
  joinPages: true,
  readAnew: false,
  pageMarkers: "none",
  password: "",
};

export const options = signal<Options>(DEFAULTS);

export const pagesAreWrong = computed(() => {
  const pages = options.value.pages.replaceAll(" ", "");
  return pages !== "" && !/^-?\d+(-(-?\d+)?)?(,-?\d+(-(-?\d+)?)?)*$/.test(pages);
});

export const changedCount = computed(
  () => Object.entries(DEFAULTS).filter(([name, value]) => options.value[name as keyof Options] !== value).length,
);

export function change(fields: Partial<Options>): void {
  options.value = { ...options.value, ...fields };
}

export function asFields(chosen: Options): Record<string, string> {
  const fields = {
    priority: "interactive", // somebody is looking
    pages: chosen.pages.replaceAll(" ", ""),
    engine: chosen.engine === "auto" ? "" : chosen.engine,
    language: chosen.language,
    dpi: chosen.dpi,
    include_images: chosen.includeImages ? "" : "false",
    join_pages: chosen.joinPages ? "" : "false",
    page_markers: chosen.pageMarkers === "none" ? "" : chosen.pageMarkers,
    cache: chosen.readAnew ? "false" : "",
    password: chosen.password,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
}

/** The service's own languages together, then each that is installed. */
export function languageChoices(offered: Offered | null): string[] {
  if (!offered) return [];
  const together = offered.language.includes("+") ? [offered.language] : [];
  return [...together, ...offered.languages];
}
