{{- define "pages2md.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "pages2md.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "pages2md.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The names of the Service and of the ingress, and the name under which a forwarded port is called. */}}
{{- define "pages2md.hosts" -}}
{{- $name := include "pages2md.name" . -}}
{{- $names := list "localhost" $name (printf "%s.%s" $name .Release.Namespace) (printf "%s.%s.svc" $name .Release.Namespace) (printf "%s.%s.svc.cluster.local" $name .Release.Namespace) -}}
{{- if and .Values.ingress.enabled .Values.ingress.host }}{{ $names = append $names .Values.ingress.host }}{{ end -}}
{{- join "," $names -}}
{{- end }}

{{/* Whether more than one replica of the app can run at a time. */}}
{{- define "pages2md.many" -}}
{{- if or (gt (int .Values.replicas) 1) .Values.autoscaling.engine }}true{{ end }}
{{- end }}

{{/* The model that the chosen version of PaddleOCR-VL serves, and its repository. */}}
{{- define "pages2md.repository" -}}
{{- $version := toString (default "1.6" .Values.settings.PADDLEOCR_VL_VERSION) -}}
{{- get (dict "1.6" "PaddlePaddle/PaddleOCR-VL-1.6" "1.5" "PaddlePaddle/PaddleOCR-VL-1.5" "1.0" "PaddlePaddle/PaddleOCR-VL") $version -}}
{{- end }}
{{- define "pages2md.model" -}}
{{- base (include "pages2md.repository" .) }}-0.9B
{{- end }}

{{/* Seconds from SIGTERM to SIGKILL: the pause before it, the app's own grace, and what ends after it. */}}
{{- define "pages2md.grace" -}}
{{- add (int .Values.preStopSeconds) (int (ceil (float64 (default 20 .Values.settings.SHUTDOWN_GRACE_S)))) 10 -}}
{{- end }}

{{- define "pages2md.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* The vLLM container, of a pod of its own or beside the app. */}}
{{- define "pages2md.vllm" -}}
name: vllm
image: {{ printf "%s:%s" .Values.vllm.image.repository .Values.vllm.image.tag }}
imagePullPolicy: {{ .Values.vllm.image.pullPolicy }}
command: [vllm, serve, {{ include "pages2md.repository" . }}]
args:
  - --served-model-name={{ include "pages2md.model" . }}
  - --host={{ if eq .Values.reader "sidecar" }}127.0.0.1{{ else }}0.0.0.0{{ end }}
  - --port=8080
  - --trust-remote-code
  - --max-model-len=16384
  - --no-enable-prefix-caching
  - --mm-processor-cache-gb=0
  - --gpu-memory-utilization={{ .Values.vllm.gpuMemory }}
  {{- range .Values.vllm.extraArgs }}
  - {{ . | quote }}
  {{- end }}
env:
  # A UID without a name or a home: libraries ask for both.
  - {name: HOME, value: /cache}
  - {name: USER, value: vllm}
  - {name: HF_HOME, value: /cache/huggingface}
  - {name: XDG_CACHE_HOME, value: /cache}
  - {name: VLLM_CACHE_ROOT, value: /cache/vllm}
  - {name: TRITON_CACHE_DIR, value: /cache/triton}
  {{- with .Values.vllm.hfEndpoint }}
  - {name: HF_ENDPOINT, value: {{ . | quote }}}
  {{- end }}
ports: [{name: vllm, containerPort: 8080}]
{{- if ne .Values.reader "sidecar" }}
startupProbe:
  httpGet: {path: /health, port: vllm}
  periodSeconds: 5
  failureThreshold: {{ div (int .Values.vllm.startupSeconds) 5 }}
readinessProbe: {httpGet: {path: /health, port: vllm}, periodSeconds: 5, timeoutSeconds: 5}
livenessProbe: {httpGet: {path: /health, port: vllm}, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6}
{{- end }}
securityContext:
  {{- include "pages2md.containerSecurity" . | nindent 2 }}
  runAsUser: 1000
resources:
  requests: {{- toYaml .Values.vllm.resources.requests | nindent 4 }}
  limits:
    {{- toYaml .Values.vllm.resources.limits | nindent 4 }}
    {{ .Values.gpu.resource }}: 1
volumeMounts:
  - {name: vllm-cache, mountPath: /cache}
  - {name: vllm-tmp, mountPath: /tmp}
  - {name: shm, mountPath: /dev/shm}
{{- end }}

{{- define "pages2md.vllmVolumes" -}}
- {name: vllm-tmp, emptyDir: {sizeLimit: {{ .Values.scratch.size }}}}
- {name: shm, emptyDir: {medium: Memory, sizeLimit: {{ .Values.gpu.shm }}}}
{{- end }}
