{{/* What every pod of the chart has in common: no token of the cluster, no root, no capabilities. */}}
{{- define "bursar.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65534
  runAsGroup: 65534
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* A container of the image, without its probes and ports. `root`, `command`, `database` and `extra`. */}}
{{- define "bursar.container" -}}
name: bursar
image: {{ include "bursar.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args: [{{ .command | quote }}]
env:
  {{- include "bursar.environment" . | nindent 2 }}
{{- with .root.Values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
resources:
  {{- toYaml .root.Values.resources | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
volumeMounts:
  {{- include "bursar.volumeMounts" .root | nindent 2 }}
{{- end -}}

{{/*
A Job that runs one command of the image before the release changes. On the first installation nothing else of the chart
exists then, so it uses the namespace's default service account.
*/}}
{{- define "bursar.job" -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ printf "%s-%s" (include "bursar.fullname" .root) .command }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "bursar.componentLabels" (dict "root" .root "component" "job") | nindent 4 }}
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-weight: {{ .weight | quote }}
    # A Job that failed stays, so that its log can be read.
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: {{ .backoffLimit }}
  activeDeadlineSeconds: {{ .activeDeadlineSeconds }}
  template:
    metadata:
      labels:
        # Not the server's: neither its Service nor its NetworkPolicy selects this pod.
        {{- include "bursar.componentLabels" (dict "root" .root "component" "job") | nindent 8 }}
      {{- with .root.Values.jobPodAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      restartPolicy: Never
      {{- include "bursar.podSecurity" .root | nindent 6 }}
      containers:
        - {{- include "bursar.container" . | nindent 10 }}
      volumes:
        {{- include "bursar.volumes" .root | nindent 8 }}
{{- end -}}
