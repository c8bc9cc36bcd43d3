{{/* Variables whose values are secrets. */}}
{{- define "bursar.secretNames" -}}
- OIDC_CLIENT_SECRET
- BURSAR_SECRET_KEY
- SUPERADMIN_PASSWORD
- KEYCLOAK_ADMIN_CLIENT_SECRET
- SMTP_URL
- ALERT_WEBHOOK_URL
- ALERT_WEBHOOK_SECRET
- LITELLM_MASTER_KEY
{{- end -}}

{{/*
Variables that follow from other values of the chart. `database` is a dict of existingSecret and key.
*/}}
{{- define "bursar.chartEnvironment" -}}
{{- $values := .root.Values -}}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ .database.existingSecret | quote }}
      key: {{ .database.key | quote }}
{{- if $values.database.caSecret }}
- name: PGSSLMODE
  value: verify-full
- name: PGSSLROOTCERT
  value: {{ printf "/etc/bursar/postgres/%s" $values.database.caKey }}
{{- end }}
- name: BURSAR_ADDRESS
  value: {{ printf "%s:3000" $values.listenAddress | quote }}
{{- if $values.metrics.enabled }}
- name: BURSAR_METRICS_ADDRESS
  value: {{ printf "%s:9090" $values.listenAddress | quote }}
{{- end }}
{{- if $values.publicUrl }}
- name: BURSAR_PUBLIC_URL
  value: {{ $values.publicUrl | quote }}
{{- end }}
{{- if $values.trustedProxies }}
- name: BURSAR_TRUSTED_PROXIES
  value: {{ join "," $values.trustedProxies | quote }}
{{- end }}
{{- if kindIs "bool" $values.viteEnableUserManagement }}
- name: ENABLE_USER_MANAGEMENT
  value: {{ $values.viteEnableUserManagement | quote }}
{{- end }}
{{- if kindIs "bool" $values.viteEnableBudgetManagement }}
- name: ENABLE_BUDGET_MANAGEMENT
  value: {{ $values.viteEnableBudgetManagement | quote }}
{{- end }}
{{- if $values.certificateAuthorities.configMap }}
- name: SSL_CERT_FILE
  value: {{ printf "/etc/bursar/ca/%s" $values.certificateAuthorities.key }}
{{- end }}
{{- end -}}

{{/*
All variables of a container. A variable that stands in extraEnv too must have the same value there; it is written once.
*/}}
{{- define "bursar.environment" -}}
{{- $secrets := include "bursar.secretNames" . | fromYamlArray -}}
{{- $extra := dict -}}
{{- range .root.Values.extraEnv -}}
{{- if eq .name "DATABASE_URL" -}}
{{- fail "extraEnv: DATABASE_URL comes from the Secret that database.existingSecret names." -}}
{{- end -}}
{{- if eq .name "PORT" -}}
{{- fail "extraEnv: PORT moves Bursar away from the port that the probes and the Service use. Set service.port instead." -}}
{{- end -}}
{{- if hasKey $extra .name -}}
{{- fail (printf "extraEnv names %s twice." .name) -}}
{{- end -}}
{{- if and (has .name $secrets) (hasKey . "value") -}}
{{- fail (printf "extraEnv: the value of %s is a secret. Put it into a Secret and refer to it with valueFrom.secretKeyRef." .name) -}}
{{- end -}}
{{- $_ := set $extra .name . -}}
{{- end -}}
{{- $own := list -}}
{{- range include "bursar.chartEnvironment" . | fromYamlArray -}}
{{- $other := get $extra .name -}}
{{- if not $other -}}
{{- $own = append $own . -}}
{{- else if ne (toString (get $other "value")) (toString (get . "value")) -}}
{{- fail (printf "extraEnv: %s is %q there, and %q by another value of the chart. Set one of them." .name (toString (get $other "value")) (toString (get . "value"))) -}}
{{- end -}}
{{- end -}}
{{- concat $own .root.Values.extraEnv | toYaml -}}
{{- end -}}

{{/* The kubelet ends a pod after the grace period, finished or not. */}}
{{- define "bursar.requireGracePeriod" -}}
{{- $shutdown := 10 -}}
{{- range .Values.extraEnv -}}
{{- if and (eq .name "BURSAR_SHUTDOWN_TIMEOUT") (hasKey . "value") -}}
{{- $shutdown = int .value -}}
{{- end -}}
{{- end -}}
{{- $needed := add $shutdown (int .Values.preStopSleepSeconds) -}}
{{- if le (int .Values.terminationGracePeriodSeconds) (int $needed) -}}
{{- fail (printf "terminationGracePeriodSeconds: preStopSleepSeconds and BURSAR_SHUTDOWN_TIMEOUT together take %d seconds. Set it to more." $needed) -}}
{{- end -}}
{{- end -}}

{{/* Every secret by reference, from a Secret that exists before the chart is installed. */}}
{{- define "bursar.requireDatabase" -}}
{{- $_ := required "database.existingSecret: name the Secret with the address of Postgres; docs/kubernetes.md says how to make one." .Values.database.existingSecret -}}
{{- end -}}

{{- define "bursar.volumes" -}}
{{- $volumes := list -}}
{{- with .Values.certificateAuthorities -}}
{{- if .configMap -}}
{{- $volumes = append $volumes (dict "name" "certificate-authorities" "configMap" (dict "name" .configMap)) -}}
{{- end -}}
{{- end -}}
{{- with .Values.database -}}
{{- if .caSecret -}}
{{- $items := list (dict "key" .caKey "path" .caKey) -}}
{{- $volumes = append $volumes (dict "name" "postgres-ca" "secret" (dict "secretName" .caSecret "items" $items)) -}}
{{- end -}}
{{- end -}}
{{- concat $volumes .Values.extraVolumes | toYaml -}}
{{- end -}}

{{- define "bursar.volumeMounts" -}}
{{- $mounts := list -}}
{{- if .Values.certificateAuthorities.configMap -}}
{{- $mounts = append $mounts (dict "name" "certificate-authorities" "mountPath" "/etc/bursar/ca" "readOnly" true) -}}
{{- end -}}
{{- if .Values.database.caSecret -}}
{{- $mounts = append $mounts (dict "name" "postgres-ca" "mountPath" "/etc/bursar/postgres" "readOnly" true) -}}
{{- end -}}
{{- concat $mounts .Values.extraVolumeMounts | toYaml -}}
{{- end -}}
