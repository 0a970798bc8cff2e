{{/* Egress rules of the named flows. */}}
{{- define "cpm.egress" -}}
{{- $root := .root -}}
{{- range $flow := .flows }}
{{- $target := index $root.Values.networkPolicy.egress $flow }}
{{- $to := $target.to }}
{{- $ports := $target.ports }}
{{- if and (eq $flow "kafka") (eq $root.Values.kafka.mode "strimzi") }}
{{- $ports = list 9093 }}
{{- $to = list (dict "podSelector" (dict "matchLabels" (dict "strimzi.io/cluster" (include "cpm.kafkaCluster" $root) "strimzi.io/kind" "Kafka"))) }}
{{- end }}
# {{ $flow }}
- ports:
    {{- range $ports }}
    - { port: {{ . }}, protocol: TCP }
    {{- if eq $flow "dns" }}
    - { port: {{ . }}, protocol: UDP }
    {{- end }}
    {{- end }}
  {{- with $to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
