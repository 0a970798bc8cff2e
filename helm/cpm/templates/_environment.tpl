{{/* A value as an environment variable takes it. */}}
{{- define "cpm.text" -}}
{{- if kindIs "string" . }}{{ . | quote }}{{ else }}{{ toJson . | quote }}{{ end -}}
{{- end }}

{{- define "cpm.bootstrapServers" -}}
{{- if eq .Values.kafka.mode "strimzi" }}{{ include "cpm.kafkaCluster" . }}-kafka-bootstrap:9093{{ else }}{{ .Values.kafka.bootstrapServers }}{{ end -}}
{{- end }}

{{/* Files in /etc/cpm/secrets of one service, as {file: {name, key}}; a file that is called like a variable is read for it. */}}
{{- define "cpm.secretFiles" -}}
{{- $values := .root.Values -}}
{{- $files := dict "MONGODB_URI" (dict "name" $values.mongodb.existingSecret "key" .name) -}}
{{- if eq $values.kafka.mode "strimzi" -}}
{{- $_ := set $files "KAFKA_SASL_PASSWORD" (dict "name" (printf "%s-%s" (include "cpm.fullname" .root) .name) "key" "password") -}}
{{- $_ := set $files "KAFKA_TLS_CA" (dict "name" (printf "%s-cluster-ca-cert" (include "cpm.kafkaCluster" .root)) "key" "ca.crt") -}}
{{- else -}}
{{- if $values.kafka.sasl.mechanism }}{{ $_ := set $files "KAFKA_SASL_PASSWORD" (dict "name" $values.kafka.sasl.existingSecret "key" .name) }}{{ end -}}
{{- if and $values.kafka.tls.enabled $values.kafka.tls.caSecret.name }}{{ $_ := set $files "KAFKA_TLS_CA" $values.kafka.tls.caSecret }}{{ end -}}
{{- end -}}
{{- if $values.mongodb.caSecret.name }}{{ $_ := set $files "mongodb-ca.pem" $values.mongodb.caSecret }}{{ end -}}
{{- if $values.tokens.jwksSecret.name }}{{ $_ := set $files "jwks.json" $values.tokens.jwksSecret }}{{ end -}}
{{- if and (eq .name "sms-interworking-gateway") $values.smsc.urlSecret.name }}{{ $_ := set $files "SMPP_URL" $values.smsc.urlSecret }}{{ end -}}
{{- range $variable, $secret := .workload.secrets }}{{ $_ := set $files $variable $secret }}{{ end -}}
{{- toYaml $files -}}
{{- end }}

{{/* The volume of such files. */}}
{{- define "cpm.secretVolume" -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range $file, $secret := . }}
      - secret:
          name: {{ required (printf "the Secret of %s: its name is missing" $file) $secret.name }}
          items:
            - key: {{ required (printf "the Secret of %s: the key is missing" $file) $secret.key }}
              path: {{ $file }}
      {{- end }}
{{- end }}

{{/* Variables that say where secrets are. */}}
{{- define "cpm.secretVariables" -}}
{{- range $file, $_ := . }}
{{- if regexMatch "^[A-Z]" $file }}
- name: {{ $file }}_FILE
  value: /etc/cpm/secrets/{{ $file }}
{{- end }}
{{- end }}
{{- end }}

{{/* How broker and topics are reached: of a service, or of the job that makes them. */}}
{{- define "cpm.kafkaVariables" -}}
{{- $kafka := .root.Values.kafka -}}
- name: KAFKA_BROKERS
  value: {{ include "cpm.bootstrapServers" .root | quote }}
- name: INBOX_PARTITIONS
  value: {{ include "cpm.text" $kafka.partitions }}
- name: REPLICATION_FACTOR
  value: {{ include "cpm.text" $kafka.replicationFactor }}
{{- if or (eq $kafka.mode "strimzi") $kafka.tls.enabled }}
- name: KAFKA_TLS
  value: "true"
{{- end }}
{{- if or (eq $kafka.mode "strimzi") $kafka.sasl.mechanism }}
- name: KAFKA_SASL_MECHANISM
  value: {{ ternary "scram-sha-512" $kafka.sasl.mechanism (eq $kafka.mode "strimzi") }}
- name: KAFKA_SASL_USERNAME
  value: {{ .username | quote }}
{{- end }}
{{- end }}

{{/* All variables of one service. */}}
{{- define "cpm.environment" -}}
{{- $values := .root.Values -}}
- name: HTTP_PORT
  value: "8080"
{{ include "cpm.kafkaVariables" (dict "root" .root "username" (ternary (printf "%s-%s" (include "cpm.fullname" .root) .name) .name (eq $values.kafka.mode "strimzi"))) }}
- name: MONGODB_DATABASE
  value: {{ $values.mongodb.database | quote }}
- name: CPM_JWKS_URL
  value: {{ ternary "file:///etc/cpm/secrets/jwks.json" $values.tokens.jwksUrl (not (empty $values.tokens.jwksSecret.name)) | quote }}
{{- with $values.tokens.issuer }}
- name: CPM_TOKEN_ISSUER
  value: {{ . | quote }}
{{- end }}
{{- with $values.tokens.audience }}
- name: CPM_TOKEN_AUDIENCE
  value: {{ . | quote }}
{{- end }}
{{- with $values.publicUrl }}
- name: PUBLIC_URL
  value: {{ . | quote }}
{{- end }}
{{- with $values.corsOrigins }}
- name: CORS_ORIGINS
  value: {{ join "," . | quote }}
{{- end }}
- name: EDGE_PROXY_HOPS
  value: {{ include "cpm.text" $values.proxyHops }}
{{- if eq .name "sms-interworking-gateway" }}
{{- if $values.smsc.smscs }}
- name: SMSC_CONFIG
  value: /etc/cpm/smscs/smscs.json
{{- end }}
{{- $passwords := list }}
{{- range $values.smsc.smscs }}{{ $passwords = append $passwords .passwordEnv }}{{ end }}
{{- range $variable := uniq $passwords }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ $values.smsc.passwordsSecret }}
      key: {{ $variable }}
{{- end }}
{{- end }}
{{- range $variable, $value := .workload.config }}
- name: {{ $variable }}
  value: {{ include "cpm.text" $value }}
{{- end }}
{{- include "cpm.secretVariables" .files }}
{{- end }}
