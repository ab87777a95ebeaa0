package keras

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/keras/config"
)

// unzip returns the files of those names. All must be there but metadata.json. What they take is bounded by what they
// say and by what they really have: a config by config.Max, weights by four times the archive and slack.
func unzip(data []byte, where string, names ...string) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fault.New(fault.Data, where, "a damaged or truncated zip file: %w", err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		found, err := member(z, name)
		if err != nil {
			return nil, fault.New(fault.Data, where, "%s: %w", name, err)
		}
		if found == nil {
			if name == metadataFile {
				continue
			}
			return nil, missing(z, where, name)
		}
		most := uint64(config.Max)
		if name == weightsFile {
			most = slack + 4*uint64(len(data))
		}
		if files[name], err = extract(found, most); err != nil {
			return nil, fault.New(fault.Data, where, "%s: %w", name, err)
		}
	}
	return files, nil
}

// member returns the file of that name, or nil if there is none.
func member(z *zip.Reader, name string) (found *zip.File, err error) {
	for _, f := range z.File {
		if f.Name != name {
			continue
		}
		if found != nil {
			return nil, errors.New("wanted one file of that name, found two")
		}
		found = f
	}
	return found, nil
}

// extract returns the content of f, at most so many bytes. Its checksum is right.
func extract(f *zip.File, most uint64) ([]byte, error) {
	if f.UncompressedSize64 > most {
		return nil, fmt.Errorf("wanted at most %d bytes, found %d", most, f.UncompressedSize64)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var b bytes.Buffer
	if n, err := io.Copy(&b, io.LimitReader(r, int64(most)+1)); err != nil || uint64(n) > most {
		return nil, fmt.Errorf("wanted %d bytes, found %d or more: %w",
			f.UncompressedSize64, n, cmp.Or(err, errTooLong))
	}
	return b.Bytes(), nil
}

var errTooLong = errors.New("it is longer than it says")

// missing returns the error about a zip file without a file that a .keras file has.
func missing(z *zip.Reader, where, name string) error {
	var names []string
	for _, f := range z.File {
		if f.Name == "model.weights.json" || f.Name == "model.weights.npz" {
			return fault.New(fault.Data, where,
				"its weights are in %s, which is not supported: wanted %s", f.Name, weightsFile)
		}
		if len(names) < 5 {
			names = append(names, f.Name)
		}
	}
	return fault.New(fault.Data, where, "a zip file, but no model of Keras: wanted %s in it, found %s",
		name, config.Clip(strings.Join(names, ", ")))
}
