package tensorboard

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// clock returns the times of the events that TensorFlow wrote.
func clock(micros ...int64) func() time.Time {
	return func() time.Time {
		now := time.UnixMicro(micros[0])
		micros = micros[1:]
		return now
	}
}

// What TensorFlow 2 wrote with tf.summary.scalar("epoch_loss", 0.25, step=0) and tf.summary.scalar("epoch_loss", 0.3,
// step=3), record by record.
const (
	loss0 = "3200000000000000241956ec09a1862adb7cc1da412a270a250a0a65706f63685f6c6f7373420a0801120022040000803e4a0b0a090a077363616c61727357898e69"
	loss3 = "34000000000000005e33175c09d1912adb7cc1da4110032a270a250a0a65706f63685f6c6f7373420a0801120022049a99993e4a0b0a090a077363616c617273e3766105"
)

func TestAsTensorFlow(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "logs", "train")
	w, err := Create(folder, 0, clock(0, 1795552108664467, 1795552108665150))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Scalar("epoch_loss", 0, 0.25); err != nil {
		t.Fatal(err)
	}
	if err := w.Scalar("epoch_loss", 3, 0.3); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	data := read(t, filepath.Join(folder, "events.out.tfevents.0000000000.dnn.0.v2"))
	if !bytes.Contains(data, []byte("brain.Event:2")) {
		t.Error("the version is missing")
	}
	if got := hex.EncodeToString(data); !strings.HasSuffix(got, loss0+loss3) {
		t.Errorf("events\n%s\nwant them to end\n%s%s", got, loss0, loss3)
	}
}

// All bytes of a small file that goes on from step 2.
func TestBytes(t *testing.T) {
	folder := t.TempDir()
	w, err := Create(folder, 2, clock(1_500_000, 2_000_000))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Scalar("a", 2, 1); err != nil {
		t.Fatal(err)
	}
	const want = "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c" +
		"0f000000000000006d532b0909000000000000f83f10023a0208010ed75a29" +
		"2b00000000000000861bc34b09000000000000004010022a1e0a1c0a0161420a0801120022040000803f4a0b0a090a077363616c617273a59ea8f4"
	got := hex.EncodeToString(read(t, filepath.Join(folder, "events.out.tfevents.0000000001.dnn.0.v2")))
	if got != want {
		t.Errorf("file\n%s\nwanted\n%s", got, want)
	}
}

// Every file says that a session starts, also at step 0: TensorBoard takes the first of a run for no restart, and a new
// run in the folder of an old one is to replace it.
func TestStartsSession(t *testing.T) {
	folder := t.TempDir()
	for i, start := range [][]byte{{0x3a, 2, 8, 1}, {0x10, 7, 0x3a, 2, 8, 1}} { // session_log: START, at step 0 and 7
		if _, err := Create(folder, i*7, clock(int64(i)*1_000_000)); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("events.out.tfevents.%010d.dnn.0.v2", i)
		if data := read(t, filepath.Join(folder, name)); !bytes.Contains(data, start) {
			t.Errorf("%s has no start of a session: % x", name, data)
		}
	}
}

// A second file of the same second does not touch the first.
func TestNames(t *testing.T) {
	folder := t.TempDir()
	for range 2 {
		if _, err := Create(folder, 0, clock(0)); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 2 {
		t.Errorf("%v, %v", files, err)
	}
	blocked := filepath.Join(folder, files[0].Name())
	if _, err := Create(blocked, 0, clock(0)); err == nil {
		t.Error("a file in place of the folder is no error")
	}
}

// The CRC-32C of "123456789" is e3069283 (RFC 3720 and the catalogs of CRCs); this is it rotated, plus the constant.
func TestMaskedCRC(t *testing.T) {
	if got, want := maskedCRC([]byte("123456789")), uint32(0xc78ab0e5); got != want {
		t.Errorf("%#x, wanted %#x", got, want)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
