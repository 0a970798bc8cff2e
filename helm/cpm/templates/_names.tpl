{{/* Names leave room for the longest service, sms-interworking-gateway, in 63 characters. */}}
{{- define "cpm.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride }}{{ .Values.fullnameOverride | trunc 37 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}{{ .Release.Name | trunc 37 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name $name | trunc 37 | trimSuffix "-" }}{{ end -}}
{{- end }}

{{/* Of all that belongs to the release. */}}
{{- define "cpm.instanceLabels" -}}
app.kubernetes.io/name: cpm
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "cpm.labels" -}}
{{ include "cpm.instanceLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: cpm
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The services with what `defaults` says of them, as {name: workload}. */}}
{{- define "cpm.services" -}}
{{- $root := . -}}
{{- $all := dict -}}
{{- range $name, $own := .Values.services -}}
{{- $_ := set $all $name (mergeOverwrite (deepCopy $root.Values.defaults) (deepCopy (default dict $own))) -}}
{{- end -}}
{{- toYaml $all -}}
{{- end }}

{{- define "cpm.image" -}}
{{- $image := .Values.image -}}
{{- with $image.registry }}{{ . }}/{{ end }}{{ $image.repository }}{{ if $image.digest }}@{{ $image.digest }}{{ else }}:{{ default .Chart.AppVersion $image.tag }}{{ end -}}
{{- end }}

{{- define "cpm.serviceAccountName" -}}
{{- if .root.Values.serviceAccount.create }}{{ include "cpm.fullname" .root }}-{{ .name }}{{ else }}default{{ end -}}
{{- end }}

{{- define "cpm.kafkaCluster" -}}
{{- default (printf "%s-kafka" (include "cpm.fullname" .)) .Values.kafka.strimzi.clusterName -}}
{{- end }}

{{/* What every pod of the chart runs under: the level `restricted` of Pod Security. */}}
{{- define "cpm.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "cpm.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* How many replicas a pod's partitions survive; an in-sync one less than there are. */}}
{{- define "cpm.minInSync" -}}
{{- max 1 (sub (int .Values.kafka.replicationFactor) 1) -}}
{{- end }}

{{/* Which parts the job makes, as a list with commas; empty: there is no job. */}}
{{- define "cpm.provisionParts" -}}
{{- $provision := .Values.provision -}}
{{- if $provision.enabled -}}
{{- if $provision.parts -}}{{ join "," $provision.parts }}
{{- else -}}
{{- $parts := list -}}
{{- if eq .Values.kafka.mode "external" -}}
{{- $parts = append $parts "topics" -}}
{{- if .Values.kafka.sasl.mechanism }}{{ $parts = append $parts "topic-rights" }}{{ end -}}
{{- end -}}
{{- if $provision.mongodb.uriSecret.name }}{{ $parts = append $parts "database-rights" }}{{ end -}}
{{- join "," $parts -}}
{{- end -}}
{{- end -}}
{{- end }}
