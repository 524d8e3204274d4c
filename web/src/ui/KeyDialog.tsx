import { KeyRound } from "lucide";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { refreshList } from "../state/jobs";
import { dismissKey, giveKey, keyRequest, reopenKeyDialog } from "../state/key";
import { Icon } from "./Icon";

export function KeyDialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const request = keyRequest.value;
  const open = request === "asked" || request === "rejected";
  const texts = t.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = new FormData(form);
    const key = String(fields.get("key") ?? "").trim();
    form.reset();
    if (key) giveKey(key, fields.has("remember"));
  };
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="key-title" aria-describedby="key-hint" onCancel={dismissKey}>
      <form onSubmit={submit}>
        <span class="dialog-icon">
          <Icon node={KeyRound} size={24} />
        </span>
        <h2 id="key-title">{texts.keyTitle}</h2>
        <p id="key-hint" class="muted">
          {texts.keyHint}
        </p>
        <label class="field">
          <span class="field-name">{texts.keyLabel}</span>
          <input
            name="key"
            type="password"
            required
            autocomplete="off"
            spellcheck={false}
            aria-invalid={request === "rejected"}
            aria-describedby={request === "rejected" ? "key-rejected" : undefined}
          />
        </label>
        {request === "rejected" && (
          <p id="key-rejected" class="field-error" role="alert">
            {texts.keyRejected}
          </p>
        )}
        <label class="choice">
          <input type="checkbox" name="remember" />
          <span class="hint">{texts.keyRemember}</span>
        </label>
        <div class="dialog-actions">
          <button class="button" type="button" onClick={dismissKey}>
            {texts.cancel}
          </button>
          <button class="button primary" type="submit">
            {texts.keyContinue}
          </button>
        </div>
      </form>
    </dialog>
  );
}

/** Shown after the dialog was closed without a key. */
export function KeyBanner(): JSX.Element | null {
  if (keyRequest.value !== "dismissed") return null;
  const enter = (): void => {
    reopenKeyDialog();
    void refreshList();
  };
  return (
    <div class="banner warn">
      <Icon node={KeyRound} />
      <p>{t.value.keyBanner}</p>
      <button class="button small" type="button" onClick={enter}>
        {t.value.keyEnter}
      </button>
    </div>
  );
}
