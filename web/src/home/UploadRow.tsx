import { FileUp, FileWarning, X } from "lucide";
import type { JSX } from "preact";
import type { ApiError } from "../api/problem";
import { explainError, formatBytes, t } from "../i18n";
import { dismiss, sendAgain, type Upload } from "../state/uploads";
import { Icon } from "../ui/Icon";

// The service names the option, the page or the limit.
const DETAILED = new Set(["bad_option", "bad_pages", "too_many_pages", "page_too_large", "internal_error"]);
// The page itself refused these, with status 0; the service would refuse them again.
const canBeSentAgain = (error: ApiError): boolean => error.code !== "encrypted_pdf" && error.status !== 0;

/** A document on its way, or refused with the reason and what to do. */
export function UploadRow({ upload }: { upload: Upload }): JSX.Element {
  const texts = t.value;
  const { file, name, state, sent, error } = upload;
  const percent = Math.round(sent * 100);
  return (
    <li class={`card upload ${state}`}>
      <span class={`file-icon ${state === "refused" ? "bad" : ""}`}>
        <Icon node={state === "refused" ? FileWarning : FileUp} size={20} />
      </span>
      <div class="card-body">
        <div class="card-head">
          <h3 class="card-name">{name}</h3>
          <span class="muted nowrap">{formatBytes(file.size)}</span>
        </div>
        {state === "refused" && error ? (
          <div role="alert">
            <p class="bad-text">
              {error.code === "encrypted_pdf" && upload.options.password
                ? texts.uploadWrongPassword
                : explainError(error)}
            </p>
            {DETAILED.has(error.code) && error.message && (
              <details class="hint">
                <summary>{texts.details}</summary>
                <p lang="en">{error.message}</p>
              </details>
            )}
            {error.code === "encrypted_pdf" && <Unlock upload={upload} />}
            {canBeSentAgain(error) && (
              <button class="button small" type="button" onClick={() => sendAgain(upload)}>
                {texts.tryAgain}
              </button>
            )}
          </div>
        ) : (
          <>
            <progress class="bar" max={1} value={sent} aria-label={name} />
            <p class="hint">
              {state === "waiting" && texts.uploadWaiting}
              {state === "later" && `${texts.uploadLater}. ${error ? explainError(error) : ""}`}
              {state === "sending" && (percent < 100 ? texts.uploadSending(percent) : texts.uploadChecking)}
            </p>
          </>
        )}
      </div>
      <button
        class="icon-button"
        type="button"
        aria-label={`${state === "refused" ? texts.remove : texts.cancel}: ${name}`}
        onClick={() => dismiss(upload.id)}
      >
        <Icon node={X} />
      </button>
    </li>
  );
}

function Unlock({ upload }: { upload: Upload }): JSX.Element {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget as HTMLFormElement).get("password") ?? "");
    if (password) sendAgain(upload, { password });
  };
  return (
    <form class="unlock" onSubmit={submit}>
      <input
        name="password"
        type="password"
        required
        autocomplete="off"
        aria-label={t.value.uploadPassword}
        placeholder={t.value.uploadPassword}
      />
      <button class="button small primary" type="submit">
        {t.value.uploadUnlock}
      </button>
    </form>
  );
}
