package folder

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dnn/internal/fault"
)

// identity returns that of a sweep with two parameters and three seeds.
func identity() Identity {
	return Identity{
		Hash: strings.Repeat("ab", 32), Name: "rates", Method: "random", Metric: "val_loss", Seeds: 3, Settings: 4,
		Keys: []string{"optimizer.learning_rate", "layers"}, Rungs: []int{1, 3},
	}
}

func create(t *testing.T) *Folder {
	t.Helper()
	f, err := Create(filepath.Join(t.TempDir(), "sweep"), identity())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// result returns what a point has given, but for what Commit fills in.
func result(point int, loss float64) Result {
	return Result{
		Setting: point / 3, Seed: uint64(point%3) + 1, Status: Finished, Epochs: 2, Curve: []float64{2 * loss, loss},
		Parameters: []Parameter{{"optimizer.learning_rate", "0.1"}, {"layers", "[300, 100]"}},
		Metrics:    map[string]float64{"val_loss": loss},
	}
}

// commit does a point.
func commit(t *testing.T, f *Folder, point int) {
	t.Helper()
	d, err := f.Draft(point)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write(ModelFile, fmt.Appendf(nil, "model %d", point)); err != nil {
		t.Fatal(err)
	}
	if won, err := d.Commit(result(point, float64(point))); err != nil || !won {
		t.Fatalf("point %d: %t, %v", point, won, err)
	}
}

// names returns what is in a folder.
func names(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestResults(t *testing.T) {
	f := create(t)
	for _, point := range []int{11, 0, 5} {
		commit(t, f, point)
	}
	open, err := Open(f.Path())
	if err != nil {
		t.Fatal(err)
	}
	all, damaged, err := open.Results()
	if err != nil || len(damaged) != 0 || len(all) != 3 || all[0].Point != 0 || all[1].Point != 5 || all[2].Point != 11 {
		t.Fatalf("%+v, %v, %v", all, damaged, err)
	}
	want := result(5, 5)
	want.Format, want.Sweep, want.Point = 1, identity().Hash, 5
	a, _ := json.Marshal(want)
	b, _ := json.Marshal(all[1])
	if !bytes.Equal(a, b) {
		t.Errorf("found %s, wanted %s", b, a)
	}
	if _, ok, err := open.Result(7); ok || err != nil {
		t.Errorf("point 7: %t, %v", ok, err)
	}
	if got := names(t, filepath.Join(f.Path(), "points")); len(got) != 3 {
		t.Errorf("left %q", got)
	}
	if got := names(t, f.PointPath(5)); strings.Join(got, " ") != "model.bin result.json" {
		t.Errorf("point 5 has %q", got)
	}
}

// TestManyWriters: of all who write one point at once, one wins, and nothing else is left.
func TestManyWriters(t *testing.T) {
	f := create(t)
	var wins int
	var mutex sync.Mutex
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			d, err := f.Draft(2)
			if err == nil {
				err = d.Write(HistoryFile, []byte("epoch\n"))
			}
			if err != nil {
				t.Error(err)
				return
			}
			won, err := d.Commit(result(2, 1))
			mutex.Lock()
			defer mutex.Unlock()
			if err != nil {
				t.Error(err)
			}
			if won {
				wins++
			}
		})
	}
	all.Wait()
	if left := names(t, filepath.Join(f.Path(), "points")); wins != 1 || len(left) != 1 {
		t.Errorf("%d wins, left %q", wins, left)
	}
}

func TestRungs(t *testing.T) {
	f := create(t)
	d, err := f.DraftRung(1, 4)
	if err != nil {
		t.Fatal(err)
	}
	r := result(4, 3)
	r.Status = Paused
	if won, err := d.Commit(r); err != nil || !won {
		t.Fatal(won, err)
	}
	if r, ok, err := f.RungResult(1, 4); err != nil || !ok || r.Status != Paused || r.Point != 4 {
		t.Errorf("%+v, %t, %v", r, ok, err)
	}
	if all, _, err := f.RungResults(0); err != nil || len(all) != 0 {
		t.Errorf("rung 0: %v, %v", all, err)
	}
	if all, _, err := f.RungResults(1); err != nil || len(all) != 1 {
		t.Errorf("rung 1: %v, %v", all, err)
	}
	if _, ok, err := f.Result(4); ok || err != nil {
		t.Errorf("a point at a rung is finished: %v", err)
	}
}

// TestDamaged: each kind of damage is told with its file, and the point can be done again.
func TestDamaged(t *testing.T) {
	good := func() string {
		r := result(3, 1)
		r.Format, r.Sweep, r.Point = 1, identity().Hash, 3
		text, err := encode(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}()
	for _, c := range []struct{ name, text, want string }{
		{"half", good[:len(good)/2], "is damaged: wanted JSON, found: unexpected end of JSON input"},
		{"empty", "", "is damaged: wanted JSON, found: unexpected end of JSON input"},
		{"zeros", strings.Repeat("\x00", len(good)), "is damaged"},
		{"none", "-", "is missing: wanted the result of point 3"},
		{"format", strings.Replace(good, `"format":1`, `"format":2`, 1), "wanted format 1, found 2"},
		{"sweep", strings.Replace(good, "abab", "cdcd", 1), "wanted a result of the sweep"},
		{"point", strings.Replace(good, `"point":3`, `"point":4`, 1), "wanted point 3 of setting 1, found point 4 of setting 1"},
		{"status", strings.Replace(good, "finished", "fine", 1), `wanted a status of a point, found "fine"`},
		{"parameters", strings.Replace(good, `{"key":"layers","value":"[300, 100]"}`, `{"key":"layers","value":"1"},{}`, 1),
			"wanted at most 2 parameters, found 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := create(t)
			commit(t, f, 0)
			if err := os.Mkdir(f.PointPath(3), 0o777); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(f.PointPath(3), "result.json")
			if c.text != "-" {
				if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			all, damaged, err := f.Results()
			if err != nil || len(all) != 1 || len(damaged) != 1 {
				t.Fatalf("%v, %v, %v", all, damaged, err)
			}
			if text := damaged[0].Error(); !strings.HasPrefix(text, path+": ") || !strings.Contains(text, c.want) ||
				fault.KindOf(damaged[0]) != fault.Data {
				t.Errorf("%v, wanted %s", damaged[0], c.want)
			}
			// A writer that comes upon it sets it aside.
			commit(t, f, 3)
			if r, ok, err := f.Result(3); !ok || err != nil || r.Point != 3 {
				t.Errorf("%+v, %t, %v", r, ok, err)
			}
			if aside := names(t, filepath.Join(f.Path(), "damaged")); len(aside) != 1 || !strings.HasPrefix(aside[0], "points-000003-") {
				t.Errorf("set aside: %q", aside)
			}
		})
	}
}

func TestSetAside(t *testing.T) {
	f := create(t)
	commit(t, f, 1)
	where, err := f.SetAside(1)
	if _, missing := os.Stat(filepath.Join(where, "result.json")); err != nil || missing != nil {
		t.Error(where, err, missing)
	}
	if where, err := f.SetAside(1); where != "" || err != nil {
		t.Error(where, err)
	}
}

// TestLarge: a file that no run can have left is not read into memory.
func TestLarge(t *testing.T) {
	f := create(t)
	commit(t, f, 0)
	for name, read := range map[string]func() error{
		filepath.Join(f.PointPath(0), "result.json"): func() error { _, _, err := f.Result(0); return err },
		filepath.Join(f.Path(), IdentityFile):        func() error { _, err := Open(f.Path()); return err },
		filepath.Join(f.RungPath(0, 1), HistoryFile): func() error { _, err := f.RungFile(0, 1, HistoryFile); return err },
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(name, maxFile+1); err != nil { // a hole
			t.Fatal(err)
		}
		want := name + ": cannot read: wanted at most 67108864 bytes, found 67108865"
		if err := read(); fault.KindOf(err) != fault.Data || err.Error() != want {
			t.Errorf("found %v, wanted %s", err, want)
		}
	}
	if content, err := f.RungFile(0, 2, HistoryFile); content != nil || err != nil {
		t.Errorf("a file that is not there: %q, %v", content, err)
	}
}

// TestOtherSweep: points of two sweeps never meet.
func TestOtherSweep(t *testing.T) {
	f := create(t)
	other := identity()
	other.Hash, other.Name = strings.Repeat("cd", 32), ""
	_, err := Create(f.Path(), other)
	want := `wanted the folder of the sweep cdcdcdcdcdcd, found that of "rates" (abababababab)`
	if err == nil || !strings.Contains(err.Error(), want) || fault.KindOf(err) != fault.Data {
		t.Errorf("%v, wanted %s", err, want)
	}
	same := identity()
	same.Name, same.Settings = "others", 9
	if f, err = Create(f.Path(), same); err != nil || f.Identity().Settings != 9 {
		t.Errorf("more settings: %v", err)
	}
	if f, err = Create(f.Path(), identity()); err != nil || f.Identity().Settings != 9 || f.Identity().Name != "others" {
		t.Errorf("fewer settings: %+v, %v", f.Identity(), err)
	}
}

// TestRemoved: somebody removes the folder of a sweep while a point is trained.
func TestRemoved(t *testing.T) {
	f := create(t)
	draft, err := f.Draft(2)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(f.Path()); err != nil {
		t.Fatal(err)
	}
	_, err = draft.Commit(Result{})
	if err == nil || !strings.Contains(err.Error(), "the folder of point 2 was removed") || fault.KindOf(err) != fault.Write {
		t.Errorf("found %v", err)
	}
}

// TestLearned: what the first point has learned from counts for all who come later, in this process or another, and the
// identity that another writes keeps it.
func TestLearned(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	id := Identity{Hash: "0123456789abcdef", Seeds: 1, Settings: 3}
	var all []*Folder
	for range 2 {
		f, err := Create(path, id)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	for _, f := range []*Folder{all[0], all[0], all[1]} {
		if err := f.CheckLearned(map[string]string{"dataset": "aa", "teacher.bin": "bb"}); err != nil {
			t.Error(err)
		}
	}
	if err := all[1].CheckLearned(map[string]string{"other.bin": "cc"}); err != nil {
		t.Error(err)
	}
	if f, err := Create(path, id); err != nil {
		t.Error(err)
	} else {
		all = append(all, f)
	}
	for i, f := range all {
		err := f.CheckLearned(map[string]string{"dataset": "aa", "other.bin": "dd"})
		if found := fmt.Sprint(err); fault.KindOf(err) != fault.Data || !strings.HasPrefix(found, "other.bin: has changed since points of ") ||
			!strings.Contains(found, "wanted SHA-256 cc, found dd") {
			t.Errorf("folder %d: wanted that other.bin has changed, found %v", i, err)
		}
	}
}

func TestDifference(t *testing.T) {
	with := func(change func(*Identity)) Identity {
		id := identity()
		id.Base = "epochs: 5\nbatch_size: 100\nthreads: 0\n"
		change(&id)
		return id
	}
	found := with(func(*Identity) {})
	for _, c := range []struct {
		change func(*Identity)
		want   string
	}{
		{func(id *Identity) { id.Method = "grid" }, "method: grid in place of random"},
		{func(id *Identity) { id.Seeds = 5 }, "seeds: 5 in place of 3"},
		{func(id *Identity) { id.Keys = nil }, "a change of the parameters"},
		{func(id *Identity) { id.Maximize = true }, "another metric"},
		{func(id *Identity) { id.Rungs = []int{1} }, "another early_terminate"},
		{func(id *Identity) { id.Base = "epochs: 5\nbatch_size: 50\nthreads: 2\n" }, "in the base, batch_size: 50 in place of 100"},
		{func(id *Identity) { id.Base = "epochs: 5\nbatch_size: 100\nthreads: 2\naugment: {}\n" }, "in the base, augment: {}"},
		{func(*Identity) {}, "a change of the parameters or of the base"},
	} {
		if text := difference(with(c.change), found); text != c.want {
			t.Errorf("%q, wanted %q", text, c.want)
		}
	}
}

func TestFolderErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"none", "", "wanted the folder of a sweep, found no sweep.json in it"},
		{"half", `{"format":`, "is damaged"},
		{"format", `{"format": 7, "hash": "ab", "seeds": 1}`, "wanted format 1, found 7"},
		{"hash", `{"format": 1, "seeds": 1}`, "wanted the hash, seeds and settings of a sweep"},
	} {
		path := t.TempDir()
		if c.text != "" {
			if err := os.WriteFile(filepath.Join(path, "sweep.json"), []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := Open(path)
		if err == nil || !strings.Contains(err.Error(), c.want) || fault.KindOf(err) != fault.Data {
			t.Errorf("%s: %v, wanted %s", c.name, err, c.want)
		}
	}
	f := create(t)
	commit(t, f, 1)
	if err := os.Remove(filepath.Join(f.Path(), "sweep.json")); err != nil {
		t.Fatal(err)
	}
	other := identity()
	other.Hash = strings.Repeat("cd", 32)
	if _, err := Create(f.Path(), other); fault.KindOf(err) != fault.Data {
		t.Errorf("points of another sweep without sweep.json: %v", err)
	}
	if f, err := Create(f.Path(), identity()); err != nil {
		t.Errorf("points of the sweep without sweep.json: %v", err)
	} else if all, _, err := f.Results(); err != nil || len(all) != 1 {
		t.Errorf("points of the sweep without sweep.json: %v, %v", all, err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(file, identity()); err == nil {
		t.Error("made a folder where a file is")
	}
}

// TestAbandoned: the draft of a killed process goes, that of a living one and that of another machine stay.
func TestAbandoned(t *testing.T) {
	if path := os.Getenv("DNN_TEST_DRAFT"); path != "" { // the process that is killed
		f, err := Open(path)
		if err == nil {
			var d *Draft
			if d, err = f.Draft(1); err == nil {
				err = d.Write(ModelFile, []byte("half"))
			}
		}
		fmt.Println("ready", err)
		select {}
	}
	f := create(t)
	child := exec.Command(os.Args[0], "-test.run=^TestAbandoned$")
	child.Env = append(os.Environ(), "DNN_TEST_DRAFT="+f.Path())
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 100)
	n, _ := out.Read(line)
	if got := string(line[:n]); got != "ready <nil>\n" {
		t.Fatal(got)
	}
	mine, err := f.Draft(2)
	if err != nil {
		t.Fatal(err)
	}
	points := filepath.Join(f.Path(), "points")
	other, old := filepath.Join(points, ".000003.00000000.00000001.tmp"), filepath.Join(points, ".000004.00000000.00000002.tmp")
	for _, path := range []string{other, old, filepath.Join(points, ".note.tmp")} {
		if err := os.Mkdir(path, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	week := time.Now().Add(-2 * abandonedAfter)
	if err := os.Chtimes(old, week, week); err != nil {
		t.Fatal(err)
	}
	if removed := f.RemoveAbandoned(); removed != 1 {
		t.Errorf("beside a living writer removed %d, left %q", removed, names(t, points))
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()                                               // it was killed
	if removed := f.RemoveAbandoned(); removed != 1 || !f.Busy() { // with a draft of its own, and another machine's
		t.Errorf("after its death removed %d, left %q", removed, names(t, points))
	}
	if _, err := os.Stat(other); err != nil {
		t.Error("removed the new draft of another machine")
	}
	if err := os.Remove(other); err != nil || !f.Busy() {
		t.Error("a draft is written, found none", err)
	}
	if won, err := mine.Commit(result(2, 1)); !won || err != nil || f.Busy() {
		t.Error(won, err)
	}
	mine.Discard()
	if _, ok, err := f.Result(2); !ok || err != nil {
		t.Error("a discard after the commit took the result", err)
	}
}

// TestFull: a file that cannot be written is told, and leaves no point.
func TestFull(t *testing.T) {
	f := create(t)
	d, err := f.Draft(1)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/full", filepath.Join(d.Path, "result.json")); err != nil {
		t.Skip(err)
	}
	if _, err := d.Commit(result(1, 1)); fault.KindOf(err) != fault.Write {
		t.Errorf("%v", err)
	}
	if left := names(t, filepath.Join(f.Path(), "points")); len(left) != 0 {
		t.Errorf("left %q", left)
	}
}

func BenchmarkCommit(b *testing.B) {
	f, err := Create(filepath.Join(b.TempDir(), "sweep"), identity())
	if err != nil {
		b.Fatal(err)
	}
	point := 0
	for b.Loop() {
		d, err := f.Draft(point)
		if err != nil {
			b.Fatal(err)
		}
		for _, name := range []string{ModelFile, HistoryFile, ExperimentFile} {
			if err := d.Write(name, make([]byte, 5000)); err != nil {
				b.Fatal(err)
			}
		}
		if won, err := d.Commit(result(point, 1)); !won || err != nil {
			b.Fatal(won, err)
		}
		point++
	}
}

func BenchmarkResults(b *testing.B) {
	f, err := Create(filepath.Join(b.TempDir(), "sweep"), identity())
	if err != nil {
		b.Fatal(err)
	}
	const points = 10_000
	for point := range points {
		r := result(point, 1)
		r.Format, r.Sweep, r.Point = 1, identity().Hash, point
		text, err := encode(r)
		if err == nil {
			err = os.Mkdir(f.PointPath(point), 0o777)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(f.PointPath(point), "result.json"), text, 0o600)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if all, damaged, err := f.Results(); len(all) != points || len(damaged) > 0 || err != nil {
			b.Fatal(len(all), damaged, err)
		}
	}
}
