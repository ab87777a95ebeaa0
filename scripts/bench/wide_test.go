package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStepProducts(t *testing.T) {
	want := []product{{5, 7, 3}, {7, 5, 3}, {5, 3, 2}, {3, 5, 2}, {5, 2, 3}}
	if diff := cmp.Diff(want, stepProducts(5, []int{7, 3, 2}), cmp.AllowUnexported(product{})); diff != "" {
		t.Errorf("products of a step (-want +got):\n%s", diff)
	}
}
