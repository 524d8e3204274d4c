import { render } from "preact";
import { App } from "./app";
import { resumeUploads } from "./state/uploads";
import "./styles/index.css";

void resumeUploads();
const root = document.querySelector("#app");
if (root) render(<App />, root);
