#!/bin/bash
# Stands in for the start script of apache/kafka where that image cannot be had: settings come from KAFKA_… variables, named as there.
set -euo pipefail
properties=/opt/kafka/config/server.properties
: > "$properties"
while IFS='=' read -r name value; do
  case "$name" in KAFKA_HEAP_OPTS | KAFKA_OPTS | KAFKA_JMX_*) continue ;; esac
  key=${name#KAFKA_}
  key=${key//___/-}; key=${key//__/%}; key=${key//_/.}; key=${key//%/_}
  echo "${key,,}=$value" >> "$properties"
done < <(env | grep '^KAFKA_')
grep -q '^log.dirs=' "$properties" || echo 'log.dirs=/var/lib/kafka/data' >> "$properties"
grep -q '^process.roles=' "$properties" || echo 'process.roles=broker,controller' >> "$properties"
java -cp '/opt/kafka/libs/*' kafka.tools.StorageTool format --ignore-formatted -t "${CLUSTER_ID:-5L6g3nShT-eMCtK--X86sw}" -c "$properties"
exec java ${KAFKA_HEAP_OPTS:--Xmx1g} ${KAFKA_OPTS:-} -cp '/opt/kafka/libs/*' kafka.Kafka "$properties"
