package atomicfile

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
)

const canSyncFolder = runtime.GOOS != "windows"

// create opens a new file ".<name>.<random>.tmp" in folder. os.CreateTemp would make it readable by its owner only,
// whatever the umask says.
func create(folder, name string) (*os.File, error) {
	for try := 0; ; try++ {
		path := filepath.Join(folder, fmt.Sprintf(".%s.%08x.tmp", name, rand.Uint32()))
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil || !os.IsExist(err) || try == 100 {
			return f, err
		}
	}
}
