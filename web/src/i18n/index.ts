/** The texts in the language that is chosen, and how numbers and times are written in it. */
import { computed } from "@preact/signals";
import type { ApiError } from "../api/problem";
import { locale } from "../state/preferences";
import { en, type Texts } from "./en";
import { ru } from "./ru";

export const t = computed<Texts>(() => (locale.value === "ru" ? ru : en));

export function formatSeconds(seconds: number): string {
  if (seconds >= 60) {
    const minutes = Math.floor(seconds / 60);
    return `${unit(minutes, "minute")} ${unit(Math.round(seconds - minutes * 60), "second")}`;
  }
  return unit(seconds, "second", seconds < 10 ? (seconds < 0.1 ? 2 : 1) : 0);
}

function unit(value: number, name: "second" | "minute", digits = 0): string {
  return new Intl.NumberFormat(locale.value, {
    style: "unit",
    unit: name,
    unitDisplay: "short",
    maximumFractionDigits: digits,
  })
    .format(value)
    .replaceAll(" ", "\u00a0"); // a number and its unit stay on one line
}

export function formatBytes(bytes: number): string {
  const steps = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1000)), steps.length - 1);
  return new Intl.NumberFormat(locale.value, {
    style: "unit",
    unit: steps[step] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: step > 1 ? 1 : 0,
  }).format(bytes / 1000 ** step);
}

/** A time today, a date otherwise. */
export function formatTime(iso: string): string {
  const when = new Date(iso);
  const today = when.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(
    locale.value,
    today
      ? { hour: "numeric", minute: "2-digit" }
      : { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" },
  ).format(when);
}

/** What to tell a person; the service's own words stand beside it where there are any. */
export function explain(code: string): string {
  return t.value.errors[code] ?? t.value.errorUnknown(code);
}

export const explainError = (error: ApiError): string => explain(error.code);

export const labelName = (label: string): string => t.value.labels[label] ?? label.replaceAll("_", " ");

/** `rus+eng` as people call it; a code that the browser does not know stays. */
export function languageNames(codes: string): string {
  const names = new Intl.DisplayNames(locale.value, { type: "language", fallback: "none" });
  const known = codes.split("+").map((code) => {
    try {
      return names.of(TESSERACT_CODES[code] ?? code) ?? code;
    } catch {
      return code; // no language tag at all, such as `deu_latf`
    }
  });
  const listed = new Intl.ListFormat(locale.value).format(known);
  return listed.charAt(0).toLocaleUpperCase(locale.value) + listed.slice(1);
}

const TESSERACT_CODES: Record<string, string> = {
  chi_sim: "zh-Hans",
  chi_tra: "zh-Hant",
  aze_cyrl: "az-Cyrl",
  srp_latn: "sr-Latn",
};
