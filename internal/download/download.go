// Package download makes the files of a data set be in a folder of this machine: whole, decompressed, verified, from
// whichever of the set's mirrors has them. A mirror is a web server, a folder, or a proxy of Go modules; a transfer
// that broke off goes on where it ended, in a later run too, and two processes do not get in each other's way.
//
// What a set's files are called, and what they must hash to, is mnist's to say, and so is the reading of them. A
// download knows no terminal: whoever wants to hear how far it is brings a Progress.
package download

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/mnist"
)

// Options say what to download, from where, and who wants to hear of it.
type Options struct {
	Set      mnist.Set
	Folder   string // see mnist.Set.Folder; made if it is not there
	Mirror   string // URL (http, https or file) of a folder with the .gz files, tried before the set's; may be empty
	Force    bool   // fetch also what is there
	Progress Progress

	Client       *http.Client                // nil: one with a connect time-out of 5 s
	Env          func(string) (string, bool) // looks GOPROXY up; nil: os.LookupEnv
	StallTimeout time.Duration               // in which a transfer must bring 1 KiB a second; 0: 15 s
}

// Progress hears of a download. A nil function means that it is not interested.
type Progress struct {
	Bytes   func(file string, done, total int64) // total is 0 if it is not known
	Message func(text string)                    // what went wrong and what is tried next: lower case, no full stop
}

func (p Progress) bytes(file string, done, total int64) {
	if p.Bytes != nil {
		p.Bytes(file, done, total)
	}
}

func (p Progress) message(format string, args ...any) {
	if p.Message != nil {
		p.Message(fmt.Sprintf(format, args...))
	}
}

// Result says what was done. After an error it says how far it came.
type Result struct {
	Downloaded []string // names of files, in the order of mnist.Set.Files
	Present    []string // names of files that were there
	Mirror     string   // where the last downloaded file came from, "" if nothing was downloaded
	Bytes      int64    // that came from mirrors
}

// Files makes the four files of a set be in the folder, decompressed and verified by size, MD5 and SHA-256. What is
// there and right stays; if all is, neither the network nor the lock is touched. A missing file is asked of one mirror
// after the other, beginning with .gz files that someone put into the folder; an interrupted transfer goes on from
// NAME.gz.part. Two processes may download into one folder: the second waits, and then finds everything there.
//
// Errors are of kind fault.Usage (Mirror), fault.Write (the folder), fault.Locked (ctx ran out while another process
// had the folder), fault.Network (no mirror gave a file) or fault.Interrupted (ctx was canceled; if its cause is a
// *fault.Error, that is the error).
func Files(ctx context.Context, o Options) (Result, error) {
	d, err := newDownloader(o)
	if err != nil {
		return Result{}, err
	}
	if missing := d.inspect(); len(missing) == 0 {
		return d.result, nil
	}
	if err := os.MkdirAll(o.Folder, 0o777); err != nil {
		return Result{}, cannotWrite(o.Folder, err)
	}
	unlock, err := lockFolder(ctx, o.Folder, o.Progress)
	if err != nil {
		return Result{}, err
	}
	defer unlock()
	// What killed downloads have left half-written. The manifest is written without the lock, so its remnants have to
	// grow old.
	atomicfile.RemoveAbandoned(o.Folder, func(name string) bool {
		return slices.ContainsFunc(o.Set.Files(), func(f mnist.File) bool { return f.Name == name })
	})
	err = d.run(ctx)
	d.result.Bytes = d.transfer.received
	return d.result, err
}

// downloader is one call of Files.
type downloader struct {
	Options
	transfer transfer
	mirrors  []*candidate
	result   Result
}

// candidate is a mirror and what is known of it.
type candidate struct {
	mirror
	dead   bool  // it could not be reached: it is not asked again
	reason error // why it did not give the file that it was last asked for
}

func newDownloader(o Options) (*downloader, error) {
	if o.Client == nil {
		o.Client = newClient()
	}
	if o.Env == nil {
		o.Env = os.LookupEnv
	}
	if o.StallTimeout == 0 {
		o.StallTimeout = 15 * time.Second
	}
	d := &downloader{Options: o}
	d.transfer = transfer{client: o.Client, stall: o.StallTimeout, progress: o.Progress}
	if o.Mirror != "" {
		m, err := newMirror(o.Mirror, o.Folder, &d.transfer)
		if err != nil {
			return nil, fault.New(fault.Usage, "--mirror", "%w", err).
				WithHint("for example https://example.org/mnist/ or file:///srv/mnist")
		}
		d.add(m)
	}
	for _, u := range o.Set.Mirrors {
		m, err := newMirror(u, o.Folder, &d.transfer)
		if err != nil {
			return nil, fmt.Errorf("mirror of %s: %w", o.Set.Name, err)
		}
		d.add(m)
	}
	if o.Set.Module.Path != "" {
		d.add(&moduleMirror{module: o.Set.Module, env: o.Env, folder: o.Folder, transfer: &d.transfer})
	}
	return d, nil
}

func (d *downloader) add(m mirror) { d.mirrors = append(d.mirrors, &candidate{mirror: m}) }

// inspect sorts the files of the set into those present and those to fetch, which it returns.
func (d *downloader) inspect() (missing []mnist.File) {
	d.result.Present = nil
	if d.Force {
		return d.Set.Files()
	}
	present, missing := mnist.Inspect(d.Set, d.Folder)
	for _, f := range present {
		d.result.Present = append(d.result.Present, f.Name)
	}
	return missing
}

// run does the work, under the folder's lock.
func (d *downloader) run(ctx context.Context) error {
	missing := d.inspect()
	if d.Force {
		if err := d.removeParts(); err != nil {
			return err
		}
	}
	if d.anyGzip(missing) {
		byHand := &candidate{mirror: &folderMirror{folder: d.Folder, transfer: &d.transfer}}
		d.mirrors = append([]*candidate{byHand}, d.mirrors...)
	}
	err := d.fetchAll(ctx, missing)
	for _, c := range d.mirrors {
		c.close()
	}
	if err != nil {
		return err
	}
	return d.removeParts()
}

// fetchAll fetches files one after the other and takes each into the manifest.
func (d *downloader) fetchAll(ctx context.Context, files []mnist.File) error {
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(d.Folder, f.Name)); err == nil && !d.Force {
			d.Progress.message("%s is damaged, fetching it again", f.Name)
		}
		if err := d.fetch(ctx, f); err != nil {
			return err
		}
		if err := mnist.Adopt(d.Folder, f); err != nil {
			return cannotWrite(d.Folder, err)
		}
		d.result.Downloaded = append(d.result.Downloaded, f.Name)
	}
	return nil
}

// fetch asks the mirrors for one file, in order.
func (d *downloader) fetch(ctx context.Context, f mnist.File) error {
	for i, c := range d.mirrors {
		if c.dead {
			continue
		}
		if ctx.Err() != nil {
			return stopped(ctx)
		}
		err := d.fetchFrom(ctx, c, f)
		if err == nil {
			d.result.Mirror = c.name()
			return nil
		}
		if ctx.Err() != nil {
			return stopped(ctx)
		}
		if _, final := errors.AsType[*fault.Error](err); final {
			return err
		}
		_, c.dead = errors.AsType[unreachableError](err)
		c.reason = err
		d.Progress.message("%s.gz: %s: %v%s", f.Name, c.name(), err, d.next(i))
	}
	var reasons []string
	for _, c := range d.mirrors {
		reasons = append(reasons, c.name()+": "+c.reason.Error())
	}
	return fault.New(fault.Network, d.Set.Name, "no mirror gave %s.gz (%s)", f.Name, strings.Join(reasons, "; ")).
		WithHint("use --mirror URL (http, https or file), or put the four files into %s", d.Folder)
}

// next says which mirror comes after number i, if any.
func (d *downloader) next(i int) string {
	for _, c := range d.mirrors[i+1:] {
		if !c.dead {
			return ", trying " + c.name()
		}
	}
	return ""
}

func (d *downloader) fetchFrom(ctx context.Context, m mirror, f mnist.File) error {
	r, err := m.open(ctx, f)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	return unpack(f, r, filepath.Join(d.Folder, f.Name))
}

func (d *downloader) anyGzip(files []mnist.File) bool {
	for _, f := range files {
		if _, err := os.Stat(filepath.Join(d.Folder, f.Name+".gz")); err == nil {
			return true
		}
	}
	return false
}

// removeParts removes what transfers left in the folder.
func (d *downloader) removeParts() error {
	parts := []string{modulePart(d.Folder)}
	for _, f := range d.Set.Files() {
		parts = append(parts, gzipPart(d.Folder, f))
	}
	for _, p := range parts {
		if err := os.Remove(p); err != nil && !errors.Is(err, os.ErrNotExist) {
			return cannotWrite(p, err)
		}
	}
	return nil
}

// cannotWrite is the error of a folder or file that cannot be written.
func cannotWrite(path string, err error) error {
	return fault.CannotWrite(path, err).WithHint("--data-dir FOLDER chooses another place for the data")
}

// stopped is the error of a context that ended before the download did.
func stopped(ctx context.Context) error {
	cause := context.Cause(ctx)
	if _, ok := errors.AsType[*fault.Error](cause); ok {
		return cause
	}
	if errors.Is(cause, context.DeadlineExceeded) {
		return fault.New(fault.Network, "download", "not done in the time it was given: %w", cause)
	}
	return fault.New(fault.Interrupted, "download", "stopped: %w", cause).
		WithHint("the next download goes on from here")
}
