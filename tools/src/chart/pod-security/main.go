// Says of every pod in the manifests on standard input whether Kubernetes would admit it where the level `restricted` is enforced.
// Prints a line for each pod that would be refused, then how many were looked at; exit code 1 when one would be refused.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// manifest holds what all kinds that make pods have in common; the pod of a CronJob is one level further down.
type manifest struct {
	Kind     string            `json:"kind"`
	Metadata metav1.ObjectMeta `json:"metadata"`
	Spec     struct {
		Template    *corev1.PodTemplateSpec `json:"template"`
		JobTemplate struct {
			Spec struct {
				Template *corev1.PodTemplateSpec `json:"template"`
			} `json:"spec"`
		} `json:"jobTemplate"`
	} `json:"spec"`
}

func main() {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		fail(err)
	}
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	documents := yaml.NewYAMLReader(bufio.NewReader(os.Stdin))
	pods, refused := 0, 0
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			fail(err)
		}
		name, template, err := podOf(document)
		if err != nil {
			fail(err)
		}
		if template == nil {
			continue
		}
		pods++
		result := policy.AggregateCheckResults(evaluator.EvaluatePod(restricted, &template.ObjectMeta, &template.Spec))
		if !result.Allowed {
			refused++
			fmt.Printf("%s: %s\n", name, result.ForbiddenDetail())
		}
	}
	fmt.Printf("%d pods, %d refused\n", pods, refused)
	if refused > 0 {
		os.Exit(1)
	}
}

// podOf is the pod that a manifest makes; nil when it makes none.
func podOf(document []byte) (string, *corev1.PodTemplateSpec, error) {
	var read manifest
	if err := yaml.Unmarshal(document, &read); err != nil {
		return "", nil, err
	}
	name := read.Kind + "/" + read.Metadata.Name
	if read.Kind == "Pod" {
		var pod corev1.Pod
		err := yaml.Unmarshal(document, &pod)
		return name, &corev1.PodTemplateSpec{ObjectMeta: pod.ObjectMeta, Spec: pod.Spec}, err
	}
	if template := read.Spec.JobTemplate.Spec.Template; template != nil {
		return name, template, nil
	}
	if read.Kind != "Deployment" && read.Kind != "StatefulSet" && read.Kind != "DaemonSet" && read.Kind != "Job" {
		return name, nil, nil
	}
	return name, read.Spec.Template, nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}
