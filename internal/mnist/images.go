package mnist

import (
	"io"
	"strings"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// Images are the images of one IDX file, without labels.
type Images struct {
	Count, Height, Width int
	Pixels               []uint8 // [Count, Height, Width]
}

// ReadImages reads an IDX file of images into memory. A name that ends in .gz is that of a compressed one. Errors are of
// kind fault.Data.
func ReadImages(path string) (Images, error) {
	f, err := atomicfile.Open(path)
	if err != nil {
		return Images{}, fault.New(fault.Data, path, "%w", fault.Pathless(err))
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return Images{}, fault.New(fault.Data, path, "%w", fault.Pathless(err))
	}
	content, possible := io.Reader(f), info.Size()
	if strings.HasSuffix(path, ".gz") {
		if content, err = newGzipReader(f); err != nil {
			return Images{}, fault.New(fault.Data, path, "%w", GzipReason(err))
		}
		possible *= maxDeflate
	}
	header, pixels, err := readIDX(content, 3, possible)
	if err != nil {
		if strings.HasSuffix(path, ".gz") {
			err = GzipReason(err)
		}
		return Images{}, fault.New(fault.Data, path, "%w", fault.Pathless(err))
	}
	return Images{Count: header.Dims[0], Height: header.Dims[1], Width: header.Dims[2], Pixels: pixels}, nil
}
