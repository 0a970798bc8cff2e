{{/* What a schema of single values cannot say. */}}
{{- define "cpm.validate" -}}
{{- $values := .Values -}}
{{- $faults := list -}}
{{- if not $values.mongodb.existingSecret }}{{ $faults = append $faults "mongodb.existingSecret: is missing (a Secret with a connection string per service)" }}{{ end -}}
{{- if and (not $values.tokens.jwksUrl) (not $values.tokens.jwksSecret.name) }}{{ $faults = append $faults "tokens.jwksUrl: is missing, and so is tokens.jwksSecret.name" }}{{ end -}}
{{- if and $values.tokens.jwksUrl $values.tokens.jwksSecret.name }}{{ $faults = append $faults "tokens.jwksUrl: tokens.jwksSecret.name is set, too" }}{{ end -}}
{{- if eq $values.kafka.mode "external" -}}
{{- if not $values.kafka.bootstrapServers }}{{ $faults = append $faults "kafka.bootstrapServers: is missing with kafka.mode=external" }}{{ end -}}
{{- if and $values.kafka.sasl.mechanism (not $values.kafka.sasl.existingSecret) }}{{ $faults = append $faults "kafka.sasl.existingSecret: is missing with kafka.sasl.mechanism" }}{{ end -}}
{{- if and (eq $values.kafka.sasl.mechanism "plain") (not $values.kafka.tls.enabled) }}{{ $faults = append $faults "kafka.sasl.mechanism: plain sends passwords as they are, so it needs kafka.tls.enabled=true" }}{{ end -}}
{{- else -}}
{{- if or $values.kafka.bootstrapServers $values.kafka.tls.enabled $values.kafka.sasl.mechanism }}{{ $faults = append $faults "kafka: bootstrapServers, tls and sasl are of kafka.mode=external; strimzi sets its own" }}{{ end -}}
{{- if and $values.kafka.strimzi.createCluster (lt (int $values.kafka.strimzi.replicas) (int $values.kafka.replicationFactor)) }}{{ $faults = append $faults "kafka.strimzi.replicas: fewer brokers than kafka.replicationFactor" }}{{ end -}}
{{- if and (not $values.kafka.strimzi.createCluster) (not $values.kafka.strimzi.clusterName) }}{{ $faults = append $faults "kafka.strimzi.clusterName: is missing with createCluster=false" }}{{ end -}}
{{- end -}}
{{- if and $values.smsc.smscs $values.smsc.urlSecret.name }}{{ $faults = append $faults "smsc.smscs: smsc.urlSecret.name is set, too" }}{{ end -}}
{{- if and $values.smsc.smscs (not $values.smsc.passwordsSecret) }}{{ $faults = append $faults "smsc.passwordsSecret: is missing with smsc.smscs" }}{{ end -}}
{{- if and $values.ingress.enabled (not $values.ingress.host) }}{{ $faults = append $faults "ingress.host: is missing" }}{{ end -}}
{{- if and $values.gateway.enabled (not $values.gateway.parentRefs) }}{{ $faults = append $faults "gateway.parentRefs: is missing" }}{{ end -}}
{{- $parts := include "cpm.provisionParts" . -}}
{{- if regexMatch "topic" $parts -}}
{{- if eq $values.kafka.mode "strimzi" }}{{ $faults = append $faults "provision.parts: topics and their rights are Strimzi's with kafka.mode=strimzi" }}{{ end -}}
{{- if and $values.kafka.sasl.mechanism (or (not $values.provision.kafka.username) (not $values.provision.kafka.passwordSecret.name)) }}{{ $faults = append $faults "provision.kafka: username and passwordSecret.name of an administrator are missing (or set provision.enabled=false and make topics and rights by hand)" }}{{ end -}}
{{- end -}}
{{- if and (regexMatch "database" $parts) (not $values.provision.mongodb.uriSecret.name) }}{{ $faults = append $faults "provision.mongodb.uriSecret.name: is missing with the part database-rights" }}{{ end -}}
{{- range $name, $workload := fromYaml (include "cpm.services" .) -}}
{{- if and $workload.autoscaling.enabled $workload.keda.enabled }}{{ $faults = append $faults (printf "services.%s: autoscaling and keda are both enabled; KEDA makes an autoscaler of its own" $name) }}{{ end -}}
{{- range $variable, $secret := $workload.secrets -}}
{{- if or (not $secret.name) (not $secret.key) }}{{ $faults = append $faults (printf "services.%s.secrets.%s: name or key is missing" $name $variable) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- with $faults }}{{ fail (printf "\n  %s\n" (join "\n  " .)) }}{{ end -}}
{{- end }}
