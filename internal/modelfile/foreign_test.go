package modelfile

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/internal/fault"
)

// foreignStarts are the first bytes of real files that the named programs wrote.
var foreignStarts = []struct{ name, start, want, hint string }{
	{"nothing", "", "an empty file", ""},
	{"Keras 3 .h5", "\x89HDF\r\n\x1a\n\x00\x00\x00\x00\x00\x08\x08\x00",
		"an HDF5 file (older Keras saves its models, .h5, so)", ""},
	{"torch.save, old", "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e\x80\x02\x4d\xe9\x03",
		"a PyTorch model (.pt, a pickle)", ""},
	{"pickle 2", "\x80\x02}q\x00X\x01\x00\x00\x00aq\x01K\x01s.", "a Python pickle", ""},
	{"pickle 3 of a string", "\x80\x03X\x01\x00\x00\x00sq\x00.", "a Python pickle", ""},
	{"pickle 4", "\x80\x04\x95\x0a\x00\x00\x00\x00\x00\x00\x00", "a Python pickle", ""},
	{"ONNX", "\x08\x0e:3\x0a\x0c\x0a\x01x\x12\x01y\"\x04Relu", "an ONNX model", ""},
	{"skl2onnx", "\x08\x0e\x12\x08skl2onnx:3\x0a\x0c", "an ONNX model", ""},
	{"GGUF", "GGUF\x03\x00\x00\x00\x00\x00\x00\x00", "a GGUF file (llama.cpp's format)", ""},
	{"TensorFlow Lite", "\x1c\x00\x00\x00TFL3\x14\x00", "a TensorFlow Lite model", ""},
	{"numpy.save", "\x93NUMPY\x01\x00v\x00{'descr': '<f8'", "a NumPy array (.npy)", ""},
	{"IDX images", "\x00\x00\x08\x03\x00\x00\x27\x10\x00\x00\x00\x1c",
		"an IDX file of images (a part of a data set)", ""},
	{"IDX labels", "\x00\x00\x08\x01\x00\x00\x27\x10\x07\x02", "an IDX file of labels (a part of a data set)", ""},
	{"PNG", "\x89PNG\r\n\x1a\n\x00\x00\x00\x0d", "a PNG image", ""},
	{"Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
		"a pointer of Git LFS to a file that was not fetched", "git lfs pull"},
	{"web page", "\n<!DOCTYPE html>\n<html>", "a web page", "the download gave a page in place of the file"},
	{"JSON", " {\"class_name\": \"Sequential\"}", "a JSON file", ""},
	{"YAML", "dataset: mnist\nlayers: [100, 50]  # größer\n", "a text file (YAML?)",
		"an experiment file is given with --config"},
	{"text", "hello", "a text file", ""},
	{"cut within a character", "h\xc3", "a text file", ""},
	{"cut model file", "\x28\x0c\x00\x00\x00\x00\x00\x00",
		"a truncated file, or one of a format that dnn does not know", ""},
	{"zeros", strings.Repeat("\x00", 64), "a damaged file, or one of a format that dnn does not know", ""},
	{"absurd header length", "\xff\xff\xff\xff\xff\xff\xff\x7f{\"",
		"a damaged file, or one of a format that dnn does not know", ""},
}

func TestForeign(t *testing.T) {
	for _, c := range foreignStarts {
		t.Run(c.name, func(t *testing.T) {
			_, err := Decode(strings.NewReader(c.start), "f")
			wantFault(t, err, fault.Data, "f: wanted a model, found "+c.want, c.hint)
		})
	}
}

func TestForeignArchives(t *testing.T) {
	for _, c := range []struct {
		name    string
		members []string
		want    string
	}{
		{"Keras", []string{"metadata.json", "config.json", "model.weights.h5"},
			"a Keras model (.keras, a zip with metadata.json)"},
		{"Keras, another order", []string{"model.weights.h5"}, "a Keras model (.keras, a zip with model.weights.h5)"},
		{"PyTorch", []string{"archive/data.pkl", "archive/data/0"},
			"a PyTorch model (.pt, a zip with archive/data.pkl)"},
		{"PyTorch, another order", []string{"archive/data/0", "archive/data.pkl"},
			"a PyTorch model (.pt, a zip with archive/data.pkl)"},
		{"NumPy", []string{"w.npy", "b.npy"}, "NumPy arrays (.npz, a zip with w.npy)"},
		{"any other", []string{"a.txt"}, "a zip archive"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			w := zip.NewWriter(&b)
			for _, name := range c.members {
				m, err := w.Create(name)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := m.Write(make([]byte, 100)); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			_, err := Decode(&b, "f")
			wantFault(t, err, fault.Data, "f: wanted a model, found "+c.want, "")
		})
	}
	// A zip file that ends within its first header, and one that ends within the first name.
	for _, cut := range []string{"PK\x03\x04", "PK\x03\x04" + strings.Repeat("\xff", 26) + "x"} {
		_, err := Decode(strings.NewReader(cut), "f")
		wantFault(t, err, fault.Data, "f: wanted a model, found a zip archive", "")
	}
}

func TestForeignGzip(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(encode(t, tiny())); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := Decode(&b, "f")
	wantFault(t, err, fault.Data, "f: wanted a model, found a gzip file",
		"if a model file is in it: gunzip it first")
}

func TestReadNoFile(t *testing.T) {
	dir := t.TempDir()
	_, err := Read(dir)
	wantFault(t, err, fault.Data, dir+": wanted a model file, found a folder", "")

	missing := filepath.Join(dir, "model.bin")
	_, err = Read(missing)
	wantFault(t, err, fault.Data, missing+": wanted a model file, found no file of that name",
		"dnn train -o "+missing+" writes one")

	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err = Read(empty)
	wantFault(t, err, fault.Data, empty+": wanted a model, found an empty file", "")
}
