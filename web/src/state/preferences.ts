/** Language and colours: the browser's, until the person chooses. */
import { effect, signal } from "@preact/signals";

export type Locale = "en" | "ru";
export type Theme = "auto" | "light" | "dark";

const stored = (name: string): string | null => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage is switched off: the choice lasts as long as the page
  }
};

const store = (name: string, value: string): void => {
  try {
    localStorage.setItem(name, value);
  } catch {
    // see above
  }
};

function firstLocale(): Locale {
  const chosen = stored("ocr-locale") ?? navigator.languages.find((tag) => /^(ru|en)\b/i.test(tag)) ?? "en";
  return chosen.toLowerCase().startsWith("ru") ? "ru" : "en";
}

function firstTheme(): Theme {
  const chosen = stored("ocr-theme");
  return chosen === "light" || chosen === "dark" ? chosen : "auto";
}

export const locale = signal<Locale>(firstLocale());
export const theme = signal<Theme>(firstTheme());

export function chooseLocale(chosen: Locale): void {
  locale.value = chosen;
  store("ocr-locale", chosen);
}

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  store("ocr-theme", chosen);
}

effect(() => {
  document.documentElement.lang = locale.value;
});
effect(() => {
  document.documentElement.dataset.theme = theme.value;
});
