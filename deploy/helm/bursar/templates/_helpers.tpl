{{/* The name of all objects of this release. */}}
{{- define "bursar.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What never changes between upgrades, because selectors cannot. `root` and `component`. */}}
{{- define "bursar.componentSelector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* All labels of an object. `root` and `component`. */}}
{{- define "bursar.componentLabels" -}}
{{ include "bursar.componentSelector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 }}
{{- end -}}

{{- define "bursar.selectorLabels" -}}
{{ include "bursar.componentSelector" (dict "root" . "component" "server") }}
{{- end -}}

{{- define "bursar.labels" -}}
{{ include "bursar.componentLabels" (dict "root" . "component" "server") }}
{{- end -}}

{{- define "bursar.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "bursar.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "bursar.image" -}}
{{- $repository := required "image.repository: name the registry and repository that the image of deploy/Dockerfile was pushed to." .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* The host of publicUrl. */}}
{{- define "bursar.host" -}}
{{- $url := required "publicUrl: Ingress and HTTPRoute need the address that users type, like https://bursar.example.com." .Values.publicUrl -}}
{{- (urlParse $url).hostname -}}
{{- end -}}

{{/* More than one instance, so that one of them may go. */}}
{{- define "bursar.isReplicated" -}}
{{- if gt (int (ternary .Values.autoscaling.minReplicas .Values.replicaCount .Values.autoscaling.enabled)) 1 -}}true{{- end -}}
{{- end -}}
