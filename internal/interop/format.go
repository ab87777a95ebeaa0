package interop

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dnn/internal/await"
	"dnn/internal/fault"
	"dnn/internal/interop/browser"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/keras"
	"dnn/internal/interop/numpy"
	"dnn/internal/interop/onnx"
	"dnn/internal/interop/source"
	"dnn/internal/interop/tensors"
	"dnn/internal/interop/tfjs"
	"dnn/internal/nearest"
)

// Format is a format that networks are written in.
type Format struct {
	Name    string   // for --format
	Endings []string // of names of files; none: a folder
	Title   string   // what it is, for people

	write  func(w io.Writer, c *chain.Chain, path string, how Writing) error
	folder func(create func(name string) (io.WriteCloser, error), c *chain.Chain) error // of a format of several files

	layouts []string // see Writing; nil: there is no choice
	bytes   bool     // whether there is a choice of the type of the inputs
	states  bool     // whether it holds the state of an optimizer
}

// Writing says how a network is written, where its format leaves a choice.
type Writing struct {
	Layout string // of weights: keras or pytorch; empty: keras
	Bytes  bool   // inputs are uint8
	Beside bool   // files may stand beside what others a folder has, if they replace none
}

// Formats returns the formats in the order of the documentation.
func Formats() []Format {
	return []Format{
		{Name: "keras", Endings: []string{".keras"}, Title: "a Keras 3 model", states: true,
			write: func(w io.Writer, c *chain.Chain, _ string, _ Writing) error { return keras.WriteKeras(w, c) }},
		{Name: "h5", Endings: []string{".h5", ".hdf5"}, Title: "a Keras model in HDF5",
			write: func(w io.Writer, c *chain.Chain, _ string, _ Writing) error { return keras.WriteH5(w, c) }},
		{Name: "weights.h5", Endings: []string{".weights.h5"}, Title: "the weights of a Keras 3 model",
			write: func(w io.Writer, c *chain.Chain, _ string, _ Writing) error { return keras.WriteWeights(w, c) }},
		{Name: "onnx", Endings: []string{".onnx"}, Title: "an ONNX model", bytes: true,
			write: func(w io.Writer, c *chain.Chain, _ string, how Writing) error {
				return onnx.Write(w, c, onnx.Options{Bytes: how.Bytes})
			}},
		{Name: "safetensors", Endings: []string{".safetensors"}, Title: "weights as safetensors", layouts: tensors.Layouts(),
			write: func(w io.Writer, c *chain.Chain, _ string, how Writing) error {
				return tensors.Write(w, c, tensors.Layout(how.Layout))
			}},
		{Name: "npz", Endings: []string{".npz"}, Title: "weights as NumPy arrays",
			write: func(w io.Writer, c *chain.Chain, _ string, _ Writing) error { return numpy.Write(w, c) }},
		{Name: "tfjs", Title: "a TensorFlow.js model (folder)", folder: tfjs.Write},
		{Name: "go", Endings: []string{".go"}, Title: "Go source",
			write: func(w io.Writer, c *chain.Chain, path string, _ Writing) error {
				return source.WriteGo(w, c, source.Identifier(path))
			}},
		{Name: "c", Endings: []string{".c"}, Title: "C99 source",
			write: func(w io.Writer, c *chain.Chain, path string, _ Writing) error {
				return source.WriteC(w, c, source.Identifier(path))
			}},
		{Name: "h", Endings: []string{".h"}, Title: "a C99 header with all of it",
			write: func(w io.Writer, c *chain.Chain, path string, _ Writing) error {
				return source.WriteHeader(w, c, source.Identifier(path))
			}},
		{Name: "html", Endings: []string{".html", ".htm"}, Title: "a page to draw on",
			write: func(w io.Writer, c *chain.Chain, path string, _ Writing) error {
				return browser.Write(w, c, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
			}},
	}
}

// formatNames returns the names of all formats.
func formatNames() []string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return names
}

// FormatOf returns the format called name or, if name is empty, the one whose ending the path has. A path that ends with
// a separator, or is a folder, is a TensorFlow.js model's.
func FormatOf(path, name string) (Format, error) {
	all := Formats()
	if name != "" {
		i := slices.IndexFunc(all, func(f Format) bool { return f.Name == name })
		if i >= 0 {
			return all[i], nil
		}
		err := fault.New(fault.Usage, "--format", "wanted one of %s, found %q", strings.Join(formatNames(), ", "), name)
		if near, ok := nearest.Name(name, formatNames()); ok {
			return Format{}, err.WithHint("did you mean %s?", near)
		}
		return Format{}, err
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() || strings.HasSuffix(path, string(filepath.Separator)) {
		return FormatOf("", "tfjs")
	}
	var found Format
	longest := 0
	for _, f := range all {
		for _, ending := range f.Endings {
			if strings.HasSuffix(strings.ToLower(path), ending) && len(ending) > longest {
				found, longest = f, len(ending)
			}
		}
	}
	if longest > 0 {
		return found, nil
	}
	err := fault.New(fault.Usage, "--output", "wanted a name that tells the format (%s), or --format, found %q",
		strings.Join(endings(), ", "), path)
	if ending := strings.ToLower(filepath.Ext(path)); ending == ".pt" || ending == ".pth" {
		return Format{}, err.WithHint("PyTorch reads a .safetensors file that was written with --layout pytorch")
	}
	return Format{}, err
}

// endings returns the ending of each format.
func endings() []string {
	var all []string
	for _, f := range Formats() {
		if len(f.Endings) > 0 {
			all = append(all, f.Endings[0])
		}
	}
	return append(all, "a folder/")
}

// Check refuses a choice that the format does not leave.
func (f Format) Check(how Writing) error {
	switch {
	case how.Layout != "" && f.layouts == nil:
		return fault.New(fault.Usage, "--layout", "wanted none: %s has one layout", f.Title)
	case how.Layout != "" && !slices.Contains(f.layouts, how.Layout):
		return fault.New(fault.Usage, "--layout", "wanted %s, found %q", strings.Join(f.layouts, " or "), how.Layout)
	case how.Bytes && !f.bytes:
		return fault.New(fault.Usage, "--uint8", "wanted an ONNX model, found %s", f.Title)
	}
	return nil
}

// HoldsState reports whether a file of the format holds the state of an optimizer.
func (f Format) HoldsState() bool { return f.states }

// Write writes a network to a file or folder, which it replaces or creates; into a folder that has other files than such
// a model it writes only as Writing.Beside says. The same network gives the same bytes. What the format cannot say is an error of kind fault.Data that names where the network came from. If ctx ends first, what was
// there stays, and the error is the cause of ctx.
func (f Format) Write(ctx context.Context, path string, c *chain.Chain, how Writing, from string) error {
	if how.Layout == "" && f.layouts != nil {
		how.Layout = f.layouts[0]
	}
	if f.folder != nil {
		return writeFolder(ctx, path, from, how.Beside, func(create func(string) (io.WriteCloser, error)) error {
			return f.folder(create, c)
		})
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fault.New(fault.Write, path, "wanted the name of a file, found a folder")
	}
	return replace(ctx, path, from, func(w io.Writer) error { return f.write(w, c, path, how) })
}

// replace replaces the file at path by what fill writes.
func replace(ctx context.Context, path, from string, fill func(io.Writer) error) error {
	var refused error
	err := await.Write(ctx, path, func(w io.Writer) error {
		refused = fill(w)
		if f, ok := errors.AsType[*fault.Error](refused); ok && f.Where == "" {
			f.Where = from // before await says path
		}
		return refused
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return blame(err, refused, path, from)
}

// blame returns the error about a network if that was refused, else the one about the file at path.
func blame(err, refused error, path, from string) error {
	if f, ok := errors.AsType[*fault.Error](refused); ok {
		if f.Where == "" {
			f.Where = from
		}
		return f
	}
	if err != nil {
		return fault.CannotWrite(path, err)
	}
	return nil
}
