package merge

import (
	"slices"
	"strings"

	"dnn/internal/fault"
)

// view is a fixed change of an image [rows, cols], of which a network can be given the result.
type view struct {
	name string                                // that of the setting of augment that does the same at random
	from func(r, c, rows, cols int) (int, int) // the place from which the pixel at (r, c) comes
}

// allViews returns all views. A new one is an entry here.
func allViews() []view {
	return []view{
		{"horizontal_flip", func(r, c, _, cols int) (int, int) { return r, cols - 1 - c }},
		{"vertical_flip", func(r, c, rows, _ int) (int, int) { return rows - 1 - r, c }},
	}
}

// Views returns the names of all views.
func Views() []string {
	var names []string
	for _, v := range allViews() {
		names = append(names, v.name)
	}
	return names
}

// parseViews returns the views of these names.
func parseViews(names []string) ([]view, error) {
	var list []view
	for i, name := range names {
		at := slices.Index(Views(), name)
		switch {
		case at < 0:
			return nil, fault.New(fault.Usage, "--view", "wanted one of %s, found %q", strings.Join(Views(), ", "), name)
		case slices.Contains(names[:i], name):
			return nil, fault.New(fault.Usage, "--view", "wanted each view once, found %s twice", name)
		}
		list = append(list, allViews()[at])
	}
	return list, nil
}

// seeing returns the network that gives for an image of that shape what n gives for its view: pixel (r, c) of the view
// is the image's at from(r, c), so that pixel's row of the kernel is the one of (r, c).
func (n network) seeing(v view, shape []int) network {
	first := n[0]
	rows, cols := shape[0], shape[1]
	kernel := make([]float32, 0, len(first.kernel))
	at := make([]int, first.in) // for each pixel of the image, its place in the view
	for r := range rows {
		for c := range cols {
			y, x := v.from(r, c, rows, cols)
			at[y*cols+x] = r*cols + c
		}
	}
	for _, i := range at {
		kernel = append(kernel, first.kernel[i*first.out:(i+1)*first.out]...)
	}
	first.kernel = kernel
	return append(network{first}, n[1:]...)
}
