package cmd_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"dnn/internal/download"
	"dnn/internal/mnist"
)

// These tests use the MNIST of the developer, where dnn itself keeps it. It is downloaded there once.

// dataRoot returns the folder that --data-dir would name.
func dataRoot() (string, error) {
	set, _ := mnist.Lookup("mnist")
	folder, err := set.Folder("", os.LookupEnv)
	return filepath.Dir(folder), err
}

// fetchMNIST makes MNIST be in its folder, once.
var fetchMNIST = sync.OnceValue(func() error {
	set, _ := mnist.Lookup("mnist")
	folder, err := set.Folder("", os.LookupEnv)
	if err != nil {
		return err
	}
	_, err = download.Files(context.Background(), download.Options{Set: set, Folder: folder})
	return err
})

// haveMNIST reports whether a test can use MNIST. In CI it is an error if not: a run that skips the most important
// tests proves nothing.
func haveMNIST(t *testing.T) (bool, error) {
	err := fetchMNIST()
	if err == nil {
		return true, nil
	}
	if os.Getenv("CI") == "true" {
		return false, fmt.Errorf("CI is true, so a test that needs MNIST must not be skipped: %w", err)
	}
	t.Logf("no MNIST: %v", err)
	return false, nil
}

// needMNIST skips a test that cannot have MNIST, or fails it in CI. It returns the folder of the data sets.
func needMNIST(t *testing.T) string {
	t.Helper()
	switch have, err := haveMNIST(t); {
	case err != nil:
		t.Fatal(err)
	case !have:
		t.Skip("MNIST is not here and cannot be downloaded")
	}
	root, err := dataRoot()
	if err != nil {
		t.Fatal(err)
	}
	return root
}
