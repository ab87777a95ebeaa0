package mnist

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// idxFile is an IDX file of unsigned bytes that was opened and found sound.
type idxFile struct {
	path   string // of the file that was read, NAME or NAME.gz
	info   fs.FileInfo
	header Header
	data   []byte        // the elements, read-only; nil if they came from a .gz and were only skimmed
	mapped []byte        // the whole file, if it is mapped
	file   *os.File      // that is mapped
	sha256 func() string // in hex, of the IDX file, also where it was read from a .gz
	close  func() error  // data is gone after it
}

// openIDX opens NAME in the folder, mapped into memory where the system can, or else NAME.gz, decompressed, of which
// the elements are not kept if it is only skimmed. In an error case the result's path says which file is meant.
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

func openPlain(f *os.File, path string, rank int) (*idxFile, error) {
	idx := &idxFile{path: path}
	info, err := f.Stat()
	if err != nil {
		return idx, fault.Pathless(err)
	}
	header, err := ReadHeader(f, rank)
	if err != nil {
		return idx, fault.Pathless(err)
	}
	if err := header.checkSize(info.Size()); err != nil {
		return idx, err
	}
	whole, unmap, err := mapFile(f, int(info.Size()))
	if err != nil {
		return idx, fault.Pathless(err)
	}
	idx.info, idx.header, idx.data, idx.mapped, idx.file = info, header, whole[header.Bytes():], whole, f
	idx.close = func() error { return errors.Join(unmap(), f.Close()) }
	idx.sha256 = func() string {
		sum := sha256.Sum256(whole)
		return hex.EncodeToString(sum[:])
	}
	return idx, nil
}

func openGzip(f *os.File, path string, rank int, skim bool) (*idxFile, error) {
	idx := &idxFile{path: path, close: func() error { return nil }}
	info, err := f.Stat()
	if err != nil {
		return idx, fault.Pathless(err)
	}
	zr, err := newMembers(f)
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

// maxDeflate is how many bytes a byte of a gzip file can stand for: deflate writes 258 bytes in 2 bits at best.
const maxDeflate = 1032

// errTail is for bytes after a gzip stream that are no further one.
var errTail = errors.New("has other bytes after the end of its gzip stream")

// members reads the streams of a gzip file, one after the other. As gzip does, it ignores zero bytes after the last:
// they are how some media and tools fill up a block.
type members struct {
	file *bufio.Reader
	zr   *gzip.Reader
	err  error // that ended it
}

func newMembers(r io.Reader) (*members, error) {
	file := bufio.NewReader(r)
	zr, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	zr.Multistream(false)
	return &members{file: file, zr: zr}, nil
}

func (m *members) Read(p []byte) (n int, err error) {
	if m.err != nil { // a reader may have passed over it, with the last bytes
		return 0, m.err
	}
	n, m.err = m.zr.Read(p)
	if errors.Is(m.err, io.EOF) {
		m.err = m.next()
	}
	return n, m.err
}

// next goes to the stream that follows. It returns io.EOF if there is none.
func (m *members) next() error {
	padded := false
	for {
		b, err := m.file.ReadByte()
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
	if err := m.file.UnreadByte(); err != nil {
		return err
	}
	if err := m.zr.Reset(m.file); err != nil {
		if errors.Is(err, gzip.ErrHeader) {
			return errTail
		}
		if errors.Is(err, io.EOF) { // a first byte was there
			return io.ErrUnexpectedEOF
		}
		return err
	}
	m.zr.Multistream(false)
	return nil
}

// GzipReason puts an error of package gzip into words; others stay as they are.
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
