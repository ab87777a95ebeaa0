// Manifest checks Kubernetes manifests against the API's own types, strictly: a field that is misspelled, of another type,
// or in the wrong place is an error, as it is for an API server with fieldValidation=Strict.
//
//	go run ./manifest job.yaml ...
package main

import (
	"bytes"
	"fmt"
	"os"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "wanted manifests")
		os.Exit(2)
	}
	for _, path := range os.Args[1:] {
		text, err := os.ReadFile(path)
		if err == nil {
			err = check(text)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			os.Exit(1)
		}
		fmt.Printf("%s: ok\n", path)
	}
}

// check reads each document into the type that it says it is.
func check(text []byte) error {
	for i, document := range bytes.Split(text, []byte("\n---\n")) {
		var kind metav1.TypeMeta
		if err := yaml.Unmarshal(document, &kind); err != nil {
			return fmt.Errorf("document %d: %w", i+1, err)
		}
		var target any
		switch kind.GroupVersionKind().String() {
		case "batch/v1, Kind=Job":
			target = new(batchv1.Job)
		case "/v1, Kind=ConfigMap":
			target = new(corev1.ConfigMap)
		default:
			return fmt.Errorf("document %d: wanted a Job or a ConfigMap, found %s", i+1, kind.GroupVersionKind())
		}
		if err := yaml.UnmarshalStrict(document, target); err != nil {
			return fmt.Errorf("document %d, %s: %w", i+1, kind.Kind, err)
		}
	}
	return nil
}
