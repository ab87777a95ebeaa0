package predict

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// stream is the name of standard input as an input, and of standard output as an output.
const stream = "-"

// kind is what an input is.
type kind int

const (
	unknown kind = iota
	pictureFile
	tableFile
	idxFile
)

// String names the kind with its article, for messages.
func (k kind) String() string {
	return [...]string{"nothing", "a picture", "a table", "an IDX file"}[k]
}

// input is a file to predict, or what an argument could not be made into.
type input struct {
	path string // -: standard input
	from string // the folder or pattern that stands for it; empty: it was named itself
	err  error  // if not nil, there is no such input
}

// expand returns the inputs that arguments name, in their order. A folder stands for its pictures, and a pattern that is
// no file for the files that match it, as a shell would have it; both in natural order, so that 2.png comes before
// 10.png.
func expand(arguments []string) ([]input, error) {
	var all []input
	for i, argument := range arguments {
		if argument == stream && slices.Contains(arguments[:i], stream) {
			return nil, fault.New(fault.Usage, stream, "standard input can be read only once")
		}
		files, err := expandOne(argument)
		if err != nil {
			all = append(all, input{err: err})
		}
		slices.SortFunc(files, natural)
		for _, path := range files {
			in := input{path: path}
			if path != argument {
				in.from = argument
			}
			all = append(all, in)
		}
	}
	return all, nil
}

// expandOne returns the files that one argument names.
func expandOne(argument string) ([]string, error) {
	info, err := os.Stat(argument)
	switch {
	case argument == "":
		return nil, fault.New(fault.Usage, "dnn predict", "wanted the name of an input, found an empty one")
	case argument == stream:
	case err == nil && info.IsDir():
		return folder(argument)
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(argument, "*?["):
		matches, err := filepath.Glob(argument)
		if !strings.HasPrefix(filepath.Base(argument), ".") {
			matches = slices.DeleteFunc(matches, func(path string) bool { return strings.HasPrefix(filepath.Base(path), ".") })
		}
		switch {
		case err != nil:
			return nil, fault.New(fault.Usage, argument, "wanted a pattern such as *.png: %w", err)
		case len(matches) == 0:
			return nil, fault.New(fault.Data, argument, "no file matches this pattern")
		}
		return matches, nil
	}
	return []string{argument}, nil // also a file that is not there: its turn comes
}

// folder returns the pictures of a folder, told by their names.
func folder(path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, cannotRead(path, err)
	}
	var pictures []string
	for _, e := range entries {
		if isPictureName(e.Name()) && !e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			pictures = append(pictures, filepath.Join(path, e.Name()))
		}
	}
	if len(pictures) == 0 {
		err := fault.New(fault.Data, path, "wanted a folder with pictures, found none whose name ends in %s",
			strings.Join(pictureEndings, ", "))
		if len(entries) > 0 {
			err = err.WithHint("of other files, give their names: %s", filepath.Join(path, entries[len(entries)-1].Name()))
		}
		return nil, err
	}
	return pictures, nil
}

// pictureEndings are the ends of names of pictures. HEIC cannot be read, but is not to be passed over in silence.
var pictureEndings = []string{
	".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic", ".heif",
}

func isPictureName(name string) bool {
	return slices.Contains(pictureEndings, strings.ToLower(filepath.Ext(name)))
}

// natural compares names with their numbers as numbers: 2.png comes before 10.png. Names that differ only in zeros before
// a number are compared as texts.
func natural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		m, n := digits(x), digits(y)
		if m == 0 || n == 0 {
			if x[0] != y[0] {
				return cmp.Compare(x[0], y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		p, q := strings.TrimLeft(x[:m], "0"), strings.TrimLeft(y[:n], "0")
		if c := cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q)); c != 0 {
			return c
		}
		x, y = x[m:], y[n:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

// digits returns how many digits a text begins with.
func digits(text string) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}

// kindOf returns what kind of input a file is: by its name, or else by how it begins. A file that is nothing that dnn
// knows counts as a picture, and the decoder of pictures says what it found.
func kindOf(path string) (kind, error) {
	ending := strings.ToLower(filepath.Ext(path))
	switch {
	case path == stream, isPictureName(path):
		return pictureFile, nil
	case ending == ".csv", ending == ".tsv":
		return tableFile, nil
	}
	f, err := atomicfile.Open(path)
	if err != nil {
		return unknown, cannotRead(path, err)
	}
	defer func() { _ = f.Close() }() // it was only read
	begin := make([]byte, 512)
	n, err := io.ReadFull(f, begin)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return unknown, cannotRead(path, err)
	}
	return kindOfBytes(path, begin[:n]), nil
}

// cannotRead is the error of an input that cannot be opened or read.
func cannotRead(path string, err error) error {
	if errors.Is(err, atomicfile.ErrIrregular) {
		return fault.New(fault.Data, path, "%w", err).WithHint("a picture can come from standard input, which is -")
	}
	return fault.New(fault.Data, path, "cannot read: %w", fault.Pathless(err))
}

// kindOfBytes returns the kind of a file that begins with begin.
func kindOfBytes(path string, begin []byte) kind {
	isIDX := len(begin) >= 4 && begin[0] == 0 && begin[1] == 0 && begin[2] >= 8 && begin[2] <= 14
	isGzip := bytes.HasPrefix(begin, []byte{0x1f, 0x8b})
	switch {
	case isIDX, isGzip && strings.Contains(strings.ToLower(path), "ubyte"), isGzip && strings.Contains(path, "idx"):
		return idxFile
	case isText(begin):
		return tableFile
	}
	return pictureFile
}

// isText reports whether a file that begins so is text with several fields in a line.
func isText(begin []byte) bool {
	whole := begin[:len(begin)-incomplete(begin)]
	return utf8.Valid(whole) && !bytes.ContainsRune(whole, 0) && bytes.ContainsAny(whole, ",;\t")
}

// incomplete returns how many bytes at the end of a text belong to a character that is cut off.
func incomplete(text []byte) int {
	for n := 1; n < min(utf8.UTFMax, len(text)+1); n++ {
		if c := text[len(text)-n]; utf8.RuneStart(c) {
			if utf8.FullRune(text[len(text)-n:]) {
				return 0
			}
			return n
		}
	}
	return 0
}
