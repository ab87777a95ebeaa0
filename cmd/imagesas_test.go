package cmd_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"dnn/internal/mnist/mnisttest"
)

// imagesas FORM FROM TO writes a data set of IDX files in another form, see imagesAs.
func writeImagesAs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: imagesas FORM FROM TO")
	}
	ts.Check(imagesAs(args[0], ts.MkAbs(args[1]), ts.MkAbs(args[2])))
}

// imagesAs writes images from IDX files with MNIST's names in another form: kaggle (train.csv and test.csv with names,
// the class first), openml (the class last, in quotes), bare (without names), or emnist (compressed IDX files with a
// prefix, transposed, with labels from 1 and a mapping).
func imagesAs(form, from, to string) error {
	if err := os.MkdirAll(to, 0o777); err != nil {
		return err
	}
	files := map[string][]byte{}
	for _, split := range []struct{ idx, name string }{{"train", "train"}, {"t10k", "test"}} {
		images, err := os.ReadFile(filepath.Join(from, split.idx+"-images-idx3-ubyte"))
		if err != nil {
			return err
		}
		labels, err := os.ReadFile(filepath.Join(from, split.idx+"-labels-idx1-ubyte"))
		if err != nil {
			return err
		}
		side := int(binary.BigEndian.Uint32(images[8:]))
		if form == "emnist" {
			for name, data := range emnistFiles(images, labels, side) {
				files["emnist-tiny-"+split.name+name] = mnisttest.Gzip(data)
			}
			continue
		}
		files[split.name+".csv"] = rowsOf(form, images[16:], labels[8:], side*side)
	}
	if form == "emnist" {
		files["emnist-tiny-mapping.txt"] = []byte("1 65 97\n2 66 98\n3 67 99\n4 68 100\n")
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(to, name), data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// emnistFiles returns IDX files of images and labels as EMNIST has them, by the ends of their names.
func emnistFiles(images, labels []byte, side int) map[string][]byte {
	images, labels = bytes.Clone(images), bytes.Clone(labels)
	for at := 16; at < len(images); at += side * side {
		image := bytes.Clone(images[at : at+side*side])
		for i, pixel := range image {
			images[at+i%side*side+i/side] = pixel
		}
	}
	for i := range labels[8:] {
		labels[8+i]++
	}
	return map[string][]byte{"-images-idx3-ubyte.gz": images, "-labels-idx1-ubyte.gz": labels}
}

// rowsOf returns images of so many pixels as a CSV file.
func rowsOf(form string, images, labels []byte, pixels int) []byte {
	var text bytes.Buffer
	line := func(class string, values []string) {
		if form == "openml" {
			values = append(values, `"`+class+`"`)
		} else {
			values = append([]string{class}, values...)
		}
		text.WriteString(strings.Join(values, ",") + "\n")
	}
	if form != "bare" {
		var names []string
		for i := range pixels {
			names = append(names, fmt.Sprint("pixel", i))
		}
		line("label", names)
	}
	for i, label := range labels {
		var values []string
		for _, pixel := range images[i*pixels : (i+1)*pixels] {
			values = append(values, fmt.Sprint(pixel))
		}
		line(fmt.Sprint(label), values)
	}
	return text.Bytes()
}

// The same images give the same weights, to the last bit, in whatever form they come.
func TestImagesInAnyForm(t *testing.T) {
	folder := t.TempDir()
	idx := filepath.Join(folder, "idx")
	if err := tinyIDX(idx, 12, 4); err != nil {
		t.Fatal(err)
	}
	for _, validation := range []string{"tail", "stratified"} {
		var want []byte
		for _, c := range []struct{ form, dataset string }{
			{"idx", "{idx: %[1]s}"},
			{"kaggle", "{csv: %[1]s/train.csv, test: {csv: %[1]s/test.csv}, target: label, image: [12, 12]}"},
			{"openml", "{csv: %[1]s/train.csv, test: {csv: %[1]s/test.csv}, target: label, image: [12, 12]}"},
			{"bare", "{csv: %[1]s/train.csv, test: {csv: %[1]s/test.csv}, target: 0, header: false, image: [12, 12]}"},
			{"emnist", "{idx: %[1]s, prefix: emnist-tiny-, transpose: true, classes: %[1]s/emnist-tiny-mapping.txt}"},
		} {
			to := filepath.Join(folder, c.form)
			if c.form != "idx" {
				if err := imagesAs(c.form, idx, to); err != nil {
					t.Fatal(err)
				}
			}
			model := trainModel(t, nil, way{"2", ""}, filepath.Join(folder, "m.bin"), "--layers", "20", "--epochs", "3",
				"--set", "dataset="+fmt.Sprintf(c.dataset, to), "--set", "validation="+validation, "--set", "augment.shift=1")
			tensors := model[8+binary.LittleEndian.Uint64(model):]
			if want == nil {
				want = tensors
			}
			if !bytes.Equal(tensors, want) {
				t.Errorf("%s, %s: other weights than those of the IDX files", c.form, validation)
			}
		}
	}
}
