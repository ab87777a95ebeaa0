package interop

import (
	"bytes"
	"errors"
	"io"
	"os"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/interop/archive"
	"dnn/internal/interop/hdf5"
)

const (
	maxFile         = 4 << 30 // bytes of the largest file of another program that is read: it is in memory as a whole
	maxText         = 8 << 20 // bytes of the largest JSON
	recognizedBytes = 4096    // at the start of a file: enough to tell its format
)

// peek returns the first bytes of a file; none if it cannot be read, which whoever reads it then says.
func peek(path string) []byte {
	in, err := atomicfile.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = in.Close() }() // it was only read
	start := make([]byte, recognizedBytes)
	n, err := io.ReadFull(in, start)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return start[:n]
}

// readFile reads a whole file. One that is far longer than it says it is, such as a download that was cut and filled up
// with zeros, is refused before memory is taken for it.
func readFile(path string) ([]byte, error) {
	in, err := atomicfile.Open(path)
	if err != nil {
		return nil, fault.New(fault.Data, path, "cannot read: %w", fault.Pathless(err))
	}
	defer func() { _ = in.Close() }() // it was only read
	info, err := in.Stat()
	if err == nil {
		err = checkSize(in, info.Size(), path)
	}
	var b bytes.Buffer
	if err == nil {
		b.Grow(int(info.Size()) + bytes.MinRead)
		_, err = io.Copy(&b, io.LimitReader(in, maxFile))
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return nil, f
	}
	if err != nil {
		return nil, fault.New(fault.Data, path, "cannot read: %w", fault.Pathless(err))
	}
	return b.Bytes(), nil
}

// checkSize returns an error if a file is longer than any, or much longer than its first and last bytes say.
func checkSize(in *os.File, size int64, path string) error {
	if size > maxFile {
		return fault.New(fault.Data, path, "wanted at most %d bytes, found %d", int64(maxFile), size)
	}
	start := make([]byte, min(size, recognizedBytes))
	if _, err := in.ReadAt(start, 0); err != nil {
		return err
	}
	switch said, ok := hdf5.Size(start); {
	case ok && size-maxText > said:
		return fault.New(fault.Data, path, "wanted %d bytes, as this HDF5 file says it has, found %d", said, size)
	case bytes.HasPrefix(bytes.TrimSpace(start), []byte("{")) && size > maxText:
		return fault.New(fault.Data, path, "wanted a JSON file of at most %d bytes, found %d", maxText, size)
	case archive.Is(start):
		end := make([]byte, min(size, archive.MaxEnd))
		if _, err := in.ReadAt(end, size-int64(len(end))); err != nil {
			return err
		}
		if !archive.HasEnd(end) {
			return fault.New(fault.Data, path, "wanted a whole zip file, found one that is damaged or cut: it has no directory").
				WithHint("copy or download it again")
		}
	}
	return nil
}
