{{- define "inquest.name" -}}
{{- if contains "inquest" .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{ else }}{{ printf "%s-inquest" .Release.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "inquest.selector" -}}
app.kubernetes.io/name: inquest
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "inquest.labels" -}}
{{ include "inquest.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- end }}

{{- define "inquest.priorityClass" -}}
{{ .Values.priorityClass.name | default (include "inquest.name" .) }}
{{- end }}
