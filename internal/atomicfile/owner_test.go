//go:build unix

package atomicfile

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// Who shares a file with a group goes on sharing it, and what root replaces for another user stays that user's.
func TestOwnerAndGroup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.bin")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	user, group := os.Geteuid(), 4711
	if user == 0 {
		user = 815
	} else {
		groups, err := os.Getgroups()
		i := slices.IndexFunc(groups, func(g int) bool { return g != os.Getegid() })
		if err != nil || i < 0 {
			t.Skip("this user is in one group only")
		}
		group = groups[i]
	}
	if err := os.Chown(path, user, group); err != nil {
		t.Skip(err)
	}
	if err := os.Chmod(path, 0o660); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, text("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	is, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(is.Uid) != user || int(is.Gid) != group || info.Mode().Perm() != 0o660 {
		t.Errorf("wanted user %d, group %d and rw-rw----, found %d, %d and %v", user, group, is.Uid, is.Gid, info.Mode())
	}
}
