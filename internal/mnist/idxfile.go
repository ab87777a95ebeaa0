package mnist

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// idxFile is an open, valid IDX file.
type idxFile struct {
	path   string // of the file that was read, NAME or NAME.gz
	info   fs.FileInfo
	header idxHeader
	data   []byte        // the elements, read-only; nil for a .gz that was only skimmed
	mapped []byte        // the file with its header; nil for a .gz
	file   *os.File      // the mapped file; nil for a .gz
	sha256 func() string // returns the hash of the IDX file in hex, also for a .gz
	close  func() error  // makes data invalid
}

// openIDX opens NAME in the folder, mapped into memory where the system can, or decompresses NAME.gz if there is no
// NAME. With skim, the elements of a .gz are checked but not kept. With an error, path of the result is the file that
// it is about.
func openIDX(folder, name string, rank int, skim bool) (*idxFile, error) {
	path := filepath.Join(folder, name)
	f, err := atomicfile.Open(path)
	if err == nil {
		idx, err := openPlain(f, path, rank)
		if err != nil {
			_ = f.Close()
		}
		return idx, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return &idxFile{path: path}, fault.Pathless(err)
	}
	z, zerr := atomicfile.Open(path + ".gz")
	switch {
	case errors.Is(zerr, fs.ErrNotExist):
		return &idxFile{path: path}, fault.Pathless(err)
	case zerr != nil:
		return &idxFile{path: path + ".gz"}, fault.Pathless(zerr)
	}
	defer func() { _ = z.Close() }()
	return openGzip(z, path+".gz", rank, skim)
}

// labels returns the labels of a file of labels: its bytes, or, of QMNIST's labels, the first number of each row.
func (f *idxFile) labels() ([]uint8, error) {
	dims := f.header.Dims
	if len(dims) == 1 {
		return f.data, nil
	}
	labels := make([]uint8, dims[0])
	for i := range labels {
		label := binary.BigEndian.Uint32(f.data[4*i*dims[1]:])
		if label > math.MaxUint8 {
			return nil, fmt.Errorf("label %d of image %d, wanted 0 to %d", int32(label), i, math.MaxUint8)
		}
		labels[i] = uint8(label)
	}
	return labels, nil
}

// openPlain maps the IDX file f. If it succeeds, f is closed with the result.
func openPlain(f *os.File, path string, rank int) (*idxFile, error) {
	idx := &idxFile{path: path}
	info, err := f.Stat()
	if err != nil {
		return idx, fault.Pathless(err)
	}
	header, err := readHeader(f, rank)
	if err != nil {
		return idx, fault.Pathless(err)
	}
	if err := header.checkSize(info.Size()); err != nil {
		return idx, err
	}
	all, unmap, err := mapFile(f, int(info.Size()))
	if err != nil {
		return idx, fault.Pathless(err)
	}
	idx.info, idx.header, idx.data, idx.mapped, idx.file = info, header, all[header.bytes():], all, f
	idx.close = func() error { return errors.Join(unmap(), f.Close()) }
	idx.sha256 = func() string {
		sum := sha256.Sum256(all)
		return hex.EncodeToString(sum[:])
	}
	return idx, nil
}

// openGzip decompresses an IDX file from f, which is not needed afterwards.
func openGzip(f *os.File, path string, rank int, skim bool) (*idxFile, error) {
	idx := &idxFile{path: path, close: func() error { return nil }}
	info, err := f.Stat()
	if err != nil {
		return idx, fault.Pathless(err)
	}
	zr, err := newGzipReader(f)
	if err != nil {
		return idx, GzipReason(err)
	}
	hash := sha256.New()
	if content := io.TeeReader(zr, hash); skim {
		idx.header, err = skimIDX(content, rank)
	} else {
		idx.header, idx.data, err = readIDX(content, rank, info.Size()*maxDeflate)
	}
	if err != nil {
		return idx, GzipReason(err)
	}
	idx.info = info
	idx.sha256 = func() string { return hex.EncodeToString(hash.Sum(nil)) }
	return idx, nil
}

// maxDeflate is the highest compression ratio of deflate: at best, it writes 258 bytes in 2 bits.
const maxDeflate = 1032

// errTail is the error of a gzip file with other bytes than another stream or zeros after a stream.
var errTail = errors.New("has other bytes after the end of its gzip stream")

// gzipReader reads the streams of a gzip file, one after the other. Unlike gzip.Reader, but like the program gzip, it
// ignores zero bytes after the last stream, with which some media and tools fill up a block.
type gzipReader struct {
	file *bufio.Reader
	zr   *gzip.Reader
	err  error // that every further Read returns
}

func newGzipReader(r io.Reader) (*gzipReader, error) {
	file := bufio.NewReader(r)
	zr, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	zr.Multistream(false)
	return &gzipReader{file: file, zr: zr}, nil
}

func (g *gzipReader) Read(p []byte) (n int, err error) {
	if g.err != nil { // already returned, together with the last bytes
		return 0, g.err
	}
	n, g.err = g.zr.Read(p)
	if errors.Is(g.err, io.EOF) {
		g.err = g.next()
	}
	return n, g.err
}

// next goes on to the next stream. It returns io.EOF if there is none.
func (g *gzipReader) next() error {
	padded := false
	for {
		b, err := g.file.ReadByte()
		if err != nil {
			return err
		}
		if b != 0 {
			break
		}
		padded = true
	}
	if padded {
		return errTail
	}
	if err := g.file.UnreadByte(); err != nil {
		return err
	}
	if err := g.zr.Reset(g.file); err != nil {
		if errors.Is(err, gzip.ErrHeader) {
			return errTail
		}
		if errors.Is(err, io.EOF) { // after at least one byte
			return io.ErrUnexpectedEOF
		}
		return err
	}
	g.zr.Multistream(false)
	return nil
}

// GzipReason turns an error of package gzip into one that a user understands. Of others it only removes the path.
func GzipReason(err error) error {
	switch {
	case errors.Is(err, gzip.ErrHeader):
		return errors.New("is not a gzip file")
	case errors.Is(err, gzip.ErrChecksum):
		return errors.New("is damaged: its gzip checksum does not agree with its content")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("is cut short: its gzip stream does not end")
	}
	if _, ok := errors.AsType[flate.CorruptInputError](err); ok {
		return errors.New("is damaged: its gzip stream cannot be decoded")
	}
	return fault.Pathless(err)
}
