import { LogOut, Monitor, Moon, ScanText, Sun } from "lucide";
import type { JSX } from "preact";
import { address } from "../api/client";
import { t } from "../i18n";
import { signOut } from "../state/key";
import { offered } from "../state/offered";
import { chooseLocale, chooseTheme, locale, type Theme, theme } from "../state/preferences";
import { Icon } from "./Icon";

const NEXT: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };
const ICONS = { auto: Monitor, light: Sun, dark: Moon };

export function Header(): JSX.Element {
  const texts = t.value;
  const names = { auto: texts.themeAuto, light: texts.themeLight, dark: texts.themeDark };
  return (
    <header class="header">
      <a class="brand" href="#/">
        <span class="brand-mark">
          <Icon node={ScanText} size={20} />
        </span>
        {texts.title}
      </a>
      <nav class="header-tools">
        <a class="quiet-link" href={address("docs")} target="_blank" rel="noopener">
          {texts.apiDocs}
        </a>
        {offered.value?.key_name && (
          <button class="quiet-link key-name" type="button" title={texts.signOut} onClick={signOut}>
            <span class="wide-only">{offered.value.key_name}</span>
            <Icon node={LogOut} size={16} />
            <span class="off-screen">{texts.signOut}</span>
          </button>
        )}
        <div class="segments small" role="group" aria-label={texts.language}>
          {(["en", "ru"] as const).map((code) => (
            <button
              key={code}
              type="button"
              lang={code}
              title={code === "en" ? "English" : "Русский"}
              aria-pressed={locale.value === code}
              onClick={() => chooseLocale(code)}
            >
              {code.toUpperCase()}
            </button>
          ))}
        </div>
        <button
          class="icon-button"
          type="button"
          aria-label={names[theme.value]}
          title={names[theme.value]}
          onClick={() => chooseTheme(NEXT[theme.value])}
        >
          <Icon node={ICONS[theme.value]} />
        </button>
      </nav>
    </header>
  );
}
