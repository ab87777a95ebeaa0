package mnist

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"dnn/internal/fault"
	"dnn/internal/mnist/mnisttest"
)

func TestLoad(t *testing.T) {
	s := newTiny(t)
	for _, c := range []struct {
		name   string
		folder string
	}{{"idx", s.Install(t)}, {"gz", s.InstallGZ(t)}} {
		t.Run(c.name, func(t *testing.T) {
			for range 2 { // without a manifest, then with one
				d, err := Load(LoadOptions{Set: s.Set, Folder: c.folder})
				if err != nil {
					t.Fatal(err)
				}
				if d.Hash != s.hash() {
					t.Errorf("loaded hash %s, want %s", d.Hash, s.hash())
				}
				checkSplit(t, d.Train, 5, pixels(5), []byte{0, 1, 2, 0, 1})
				checkSplit(t, d.Test, 3, pixels(3), []byte{2, 1, 0})
				if err := d.Close(); err != nil {
					t.Error(err)
				}
				if d.Train.Images != nil {
					t.Error("images after Close")
				}
				if err := d.Close(); err != nil {
					t.Errorf("second Close: %v", err)
				}
			}
		})
	}
}

func checkSplit(t *testing.T, s Split, count int, images, labels []byte) {
	t.Helper()
	if s.Count != count || s.Height != 3 || s.Width != 2 || s.Features() != 6 {
		t.Errorf("%d images of %d x %d, %d features", s.Count, s.Height, s.Width, s.Features())
	}
	if !bytes.Equal(s.Images, images) || !bytes.Equal(s.Labels, labels) {
		t.Errorf("images %v, labels %v", s.Images, s.Labels)
	}
}

func TestLoadTestOnly(t *testing.T) {
	s := newTiny(t)
	folder := s.Install(t)
	for _, f := range []File{s.Train.Images, s.Train.Labels} {
		if err := os.Remove(filepath.Join(folder, f.Name)); err != nil {
			t.Fatal(err)
		}
	}
	d, err := Load(LoadOptions{Set: s.Set, Folder: folder, TestOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	checkSplit(t, d.Test, 3, pixels(3), []byte{2, 1, 0})
	if d.Train.Count != 0 || d.Hash != s.hash() {
		t.Errorf("%d training images, hash %s", d.Train.Count, d.Hash)
	}
}

// TestLoadErrors breaks one file at a time, as disks and people do.
func TestLoadErrors(t *testing.T) {
	type breakage struct {
		name, file string
		data       []byte // nil: the file is removed
		want       string
	}
	const notTiny = "is not the file of Tiny: its SHA-256 is "
	cases := []breakage{
		{"missing", "train-labels", nil, "train-labels: file does not exist"},
		{"missing test", "test-images", nil, "test-images: file does not exist"},
		{"count", "train-labels", mnisttest.IDX([]byte{0, 1, 2, 0}, 4),
			"train-labels: has 4 labels, wanted 5: one for each image in "},
		{"label", "test-labels", mnisttest.IDX([]byte{2, 3, 0}, 3), "test-labels: label 3 of image 1, wanted 0 to 2"},
		{"one pixel", "train-images", mnisttest.IDX(append(pixels(5)[:29], 99), 5, 3, 2), "train-images: " + notTiny},
		{"one label", "test-labels", mnisttest.IDX([]byte{2, 0, 0}, 3), "test-labels: " + notTiny},
		{"gzip, no .gz", "train-images", mnisttest.Gzip(mnisttest.IDX(pixels(5), 5, 3, 2)), "train-images: is compressed with gzip"},
		{"shape", "test-images", mnisttest.IDX(pixels(3), 3, 2, 3), "test-images: has images of 2 x 3 pixels, wanted 3 x 2"},
	}
	for _, c := range brokenIDX {
		if c.name != "long" { // whose message knows the file's size when there is one
			cases = append(cases, breakage{"images " + c.name, "train-images", c.data, "train-images: " + c.want})
		}
	}
	cases = append(cases, breakage{"images long", "train-images", mnisttest.IDX(pixels(6), 5, 3, 2),
		"train-images: has 52 bytes, wanted 46"})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newTiny(t)
			folder := s.Install(t)
			path := filepath.Join(folder, c.file)
			if c.data == nil && c.want == c.file+": file does not exist" {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			} else {
				mnisttest.WriteFile(t, path, c.data)
			}
			_, err := Load(LoadOptions{Set: s.Set, Folder: folder})
			wantFault(t, err, fault.Data, c.want)
		})
	}
}

// TestGzipTails has what may follow a gzip stream: zero bytes, which gzip ignores, and more streams.
func TestGzipTails(t *testing.T) {
	file := mnisttest.IDX(pixels(4), 4, 3, 2)
	whole := mnisttest.Gzip(file)
	parts := append(mnisttest.Gzip(file[:20]), mnisttest.Gzip(file[20:])...)
	const tail = "has other bytes after the end of its gzip stream"
	for _, c := range []struct {
		name string
		data []byte
		want string // "": no error
	}{
		{"zeros", append(bytes.Clone(whole), make([]byte, 5000)...), ""},
		{"two streams", parts, ""},
		{"two streams and zeros", append(bytes.Clone(parts), 0), ""},
		{"text", append(bytes.Clone(whole), "more than ten bytes"...), tail},
		{"zeros and text", append(bytes.Clone(whole), "\x00\x00more"...), tail},
		{"longer than its header says", mnisttest.Gzip(append(bytes.Clone(file), 0)), "goes on after byte"},
		{"shorter than its header says", mnisttest.Gzip(file[:30]), "has 30 bytes, wanted 40"},
		{"half a stream", append(bytes.Clone(whole), whole[:5]...), "is cut short"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			mnisttest.WriteFile(t, filepath.Join(folder, "a.gz"), c.data)
			idx, err := openIDX(folder, "a", 3, false)
			skimmed, same := openIDX(folder, "a", 3, true)
			if fmt.Sprint(err) != fmt.Sprint(same) || err == nil && skimmed.sha256() != idx.sha256() {
				t.Errorf("skimmed: error %v, wanted %v, and the same hash", same, err)
			}
			switch {
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, wanted %q", err, c.want)
			case c.want == "" && (err != nil || !bytes.Equal(idx.data, pixels(4))):
				t.Errorf("data %v, error %v", idx.data, err)
			}
		})
	}
}

// TestGzipMemory: a large file takes its size, not twice that.
func TestGzipMemory(t *testing.T) {
	const size = 16 << 20
	folder := t.TempDir()
	mnisttest.WriteFile(t, filepath.Join(folder, "a.gz"), mnisttest.Gzip(mnisttest.IDX(make([]byte, size), size)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := openIDX(folder, "a", 1, false); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > size*5/4 {
		t.Errorf("allocated %d bytes for %d", took, size)
	}
	if _, err := openIDX(folder, "a", 1, true); err != nil {
		t.Fatal(err)
	}
	before = after
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
		t.Errorf("allocated %d bytes to skim %d", took, size)
	}
}

// TestLoadGzipErrors does the same to a .gz.
func TestLoadGzipErrors(t *testing.T) {
	gz := newTiny(t).GZ["train-images.gz"]
	flipped := bytes.Clone(gz)
	flipped[len(flipped)-6] ^= 1 // in the checksum
	garbled := bytes.Clone(gz)
	garbled[10] = 0xff // the first block's type
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "is cut short"},
		{"not gzip", []byte("<html><body>nothing here</body>"), "is not a gzip file"},
		{"truncated", gz[:len(gz)/2], "is cut short: its gzip stream does not end"},
		{"no checksum", gz[:len(gz)-8], "is cut short: its gzip stream does not end"},
		{"checksum", flipped, "its gzip checksum does not agree"},
		{"garbled", garbled, "its gzip stream cannot be decoded"},
		{"short inside", mnisttest.Gzip(mnisttest.IDX(pixels(4), 5, 3, 2)), "has 40 bytes, wanted 46"},
		{"long inside", mnisttest.Gzip(mnisttest.IDX(pixels(6), 5, 3, 2)), "goes on after byte 46"},
		{"other inside", mnisttest.Gzip(mnisttest.IDX(make([]byte, 30), 5, 3, 2)), "is not the file of Tiny"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTiny(t)
			folder := s.InstallGZ(t)
			mnisttest.WriteFile(t, filepath.Join(folder, "train-images.gz"), c.data)
			_, err := Load(LoadOptions{Set: s.Set, Folder: folder})
			wantFault(t, err, fault.Data, "train-images.gz: ", c.want)
		})
	}
}

// TestManifest checks what the manifest is for and what it must not do: it is believed only about a file whose size and
// time of change it knows.
func TestManifest(t *testing.T) {
	s := newTiny(t)
	folder := s.Install(t)
	path := filepath.Join(folder, "train-images")
	load := func() error {
		d, err := Load(LoadOptions{Set: s.Set, Folder: folder})
		if err == nil {
			err = d.Close()
		}
		return err
	}
	if err := load(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}

	// A changed file of the same size and time passes: it was not hashed again.
	changed := mnisttest.IDX(make([]byte, 30), 5, 3, 2)
	mnisttest.WriteFile(t, path, changed)
	setTime(t, path, info.ModTime())
	if err := load(); err != nil {
		t.Errorf("the file was hashed in spite of the manifest: %v", err)
	}
	// With another time it does not, then or later.
	setTime(t, path, info.ModTime().Add(time.Second))
	for range 2 {
		wantFault(t, load(), fault.Data, "train-images: is not the file of Tiny")
	}
	// The right file with another time passes, and is in the manifest afterwards.
	mnisttest.WriteFile(t, path, s.IDX["train-images"])
	if err := load(); err != nil {
		t.Fatal(err)
	}
	if info, err = os.Stat(path); err != nil || !readManifest(folder).vouchesFor(s.Train.Images, info) {
		t.Errorf("not in the manifest: %v", err)
	}
	// A manifest that is no manifest is ignored and replaced.
	mnisttest.WriteFile(t, filepath.Join(folder, manifestName), []byte(`{"train-images": 3`))
	if err := load(); err != nil {
		t.Fatal(err)
	}
	if !readManifest(folder).vouchesFor(s.Train.Images, info) {
		t.Error("the manifest was not written anew")
	}
}

func setTime(t *testing.T, path string, modified time.Time) {
	t.Helper()
	if err := os.Chtimes(path, modified, modified); err != nil {
		t.Fatal(err)
	}
}

func TestVerify(t *testing.T) {
	s := newTiny(t)
	folder := s.Install(t)
	states, err := Verify(s.Set, folder)
	if err != nil || len(states) != 4 {
		t.Fatalf("%v, %v", states, err)
	}
	for i, f := range s.Files() {
		if want := (FileState{f.Name, OK, f.Bytes, f.SHA256}); states[i] != want {
			t.Errorf("%v, wanted %v", states[i], want)
		}
	}

	for _, f := range s.Files() {
		info, err := os.Stat(filepath.Join(folder, f.Name))
		if err != nil || !readManifest(folder).vouchesFor(f, info) {
			t.Errorf("%s: hashed and not in the manifest, %v", f.Name, err)
		}
	}

	// Same size and time, other content: the manifest would be fooled.
	path := filepath.Join(folder, "train-images")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	mnisttest.WriteFile(t, path, mnisttest.IDX(make([]byte, 30), 5, 3, 2))
	setTime(t, path, info.ModTime())
	mnisttest.WriteFile(t, filepath.Join(folder, "test-images"), []byte("short"))
	if err := os.Remove(filepath.Join(folder, "test-labels")); err != nil {
		t.Fatal(err)
	}
	states, err = Verify(s.Set, folder)
	wantFault(t, err, fault.Data, "train-images is damaged, test-images is damaged, test-labels is missing")
	var got []State
	for _, st := range states {
		got = append(got, st.State)
	}
	if !slices.Equal(got, []State{Damaged, OK, Damaged, Missing}) {
		t.Errorf("states %v", got)
	}
	// After that the manifest is fooled no more.
	_, err = Load(LoadOptions{Set: s.Set, Folder: folder})
	wantFault(t, err, fault.Data)
	if readManifest(folder).vouchesFor(s.Train.Images, info) {
		t.Error("the manifest vouches for a damaged file")
	}
}
