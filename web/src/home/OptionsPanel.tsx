import { ChevronRight, SlidersHorizontal } from "lucide";
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { languageNames, t } from "../i18n";
import { offered } from "../state/offered";
import { Icon } from "../ui/Icon";
import { change, changedCount, DEFAULTS, languageChoices, type Options, options, pagesAreWrong } from "./options";

export function OptionsPanel(): JSX.Element {
  const texts = t.value;
  const { pages, engine, language, dpi, pageMarkers, password } = options.value;
  const checks = [
    ["includeImages", texts.optionImages, texts.optionImagesHint],
    ["joinPages", texts.optionJoin, texts.optionJoinHint],
    ["readAnew", texts.optionAnew, texts.optionAnewHint],
  ] as const;
  const configured: readonly string[] = offered.value?.engines ?? [];
  const engines = (
    [
      ["auto", texts.engineAuto, texts.engineAutoHint],
      ["vlm", texts.engineVlm, texts.engineVlmHint],
      ["tesseract", texts.engineTesseract, texts.engineTesseractHint],
    ] as const
  ).filter(([value]) => value === "auto" || configured.includes(value));
  return (
    <details class="options">
      <summary>
        <Icon node={SlidersHorizontal} />
        <span>{texts.options}</span>
        <span class="muted options-state">{changedCount.value === 0 ? texts.optionsDefault : summary()}</span>
        <span class="chevron">
          <Icon node={ChevronRight} />
        </span>
      </summary>
      <form class="options-body" autocomplete="off" onSubmit={(event) => event.preventDefault()}>
        {/* Nothing to choose where there is one reader. */}
        <fieldset class="engines" hidden={engines.length < 3}>
          <legend class="field-name">{texts.optionEngine}</legend>
          {engines.map(([value, name, hint]) => (
            <label key={value} class="choice">
              <input
                type="radio"
                name="engine"
                value={value}
                checked={engine === value}
                onChange={() => change({ engine: value })}
              />
              <span>
                <span class="choice-name">{name}</span>
                <span class="hint">{hint}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <Field
          name={texts.optionPages}
          hint={texts.optionPagesHint}
          error={pagesAreWrong.value && texts.optionPagesWrong}
        >
          {(ids) => (
            <input
              {...ids}
              type="text"
              inputMode="text"
              autocomplete="off"
              placeholder="1-3, 7"
              value={pages}
              aria-invalid={pagesAreWrong.value}
              onInput={(event) => change({ pages: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field name={texts.optionLanguage} hint={texts.optionLanguageHint}>
          {(ids) => (
            <select {...ids} value={language} onChange={(event) => change({ language: event.currentTarget.value })}>
              <option value="">{texts.languageDefault}</option>
              {languageChoices(offered.value).map((value) => (
                <option key={value} value={value}>
                  {languageNames(value)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field name={texts.optionDpi} hint={texts.optionDpiHint}>
          {(ids) => (
            <select
              {...ids}
              value={dpi}
              onChange={(event) => change({ dpi: event.currentTarget.value as Options["dpi"] })}
            >
              <option value="">{texts.dpiDefault}</option>
              <option value="150">150</option>
              <option value="200">200</option>
              <option value="300">300</option>
              <option value="400">400</option>
            </select>
          )}
        </Field>
        <Field name={texts.optionMarkers} hint={texts.optionMarkersHint}>
          {(ids) => (
            <select
              {...ids}
              value={pageMarkers}
              onChange={(event) => change({ pageMarkers: event.currentTarget.value as Options["pageMarkers"] })}
            >
              <option value="none">{texts.markerNames.none}</option>
              <option value="comment">{texts.markerNames.comment}</option>
              <option value="rule">{texts.markerNames.rule}</option>
            </select>
          )}
        </Field>
        <Field name={texts.optionPassword} hint={texts.optionPasswordHint}>
          {(ids) => (
            <input
              {...ids}
              type="password"
              autocomplete="off"
              value={password}
              onInput={(event) => change({ password: event.currentTarget.value })}
            />
          )}
        </Field>
        <div class="checks">
          {checks.map(([name, title, hint]) => (
            <label key={name} class="choice">
              <input
                type="checkbox"
                checked={options.value[name]}
                onChange={(event) => change({ [name]: event.currentTarget.checked })}
              />
              <span>
                <span class="choice-name">{title}</span>
                <span class="hint">{hint}</span>
              </span>
            </label>
          ))}
        </div>
        <button
          class="button small options-reset"
          type="button"
          disabled={changedCount.value === 0}
          onClick={() => change(DEFAULTS)}
        >
          {texts.optionsReset}
        </button>
      </form>
    </details>
  );
}

interface FieldIds {
  id: string;
  "aria-describedby": string;
}

function Field({
  name,
  hint,
  error = false,
  children,
}: {
  name: string;
  hint: string;
  error?: string | false;
  children: (ids: FieldIds) => ComponentChildren;
}): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label class="field-name" for={id}>
        {name}
      </label>
      {children({ id, "aria-describedby": `${id}-hint` })}
      <p id={`${id}-hint`} class={error ? "field-error" : "hint"}>
        {error || hint}
      </p>
    </div>
  );
}

function summary(): string {
  const texts = t.value;
  const { pages, engine, language, dpi, includeImages, joinPages, readAnew, pageMarkers, password } = options.value;
  const parts = [
    { auto: "", vlm: texts.engineVlm, tesseract: texts.engineTesseract }[engine],
    pages && `${texts.optionPages} ${pages}`,
    language && languageNames(language),
    dpi && `${dpi} dpi`,
    includeImages ? "" : `${texts.optionImages}: ${texts.no}`,
    joinPages ? "" : `${texts.optionJoin}: ${texts.no}`,
    pageMarkers !== "none" && `${texts.optionMarkers}: ${texts.markerNames[pageMarkers]}`,
    readAnew && texts.optionAnew,
    password && texts.optionPassword,
  ];
  return parts.filter(Boolean).join(" · ");
}
