package dataset

import (
	"path/filepath"

	"dnn/internal/config"
	"dnn/internal/mnist"
)

// Files returns the paths of the files that a data set may be read from, existing or not: of images, each IDX file and
// its .gz. dataDir and env are as in Options.
func Files(d config.Dataset, dataDir string, env func(string) (string, bool)) []string {
	switch {
	case d.CSV != "" && d.Test != "":
		return []string{d.CSV, d.Test}
	case d.CSV != "":
		return []string{d.CSV}
	case d.IDX != "":
		return own(d).Paths()
	}
	set, ok := mnist.Lookup(d.Name)
	if !ok {
		return nil
	}
	folder, _ := set.Folder(dataDir, env) // an error is reported when the files are loaded
	var files []string
	for _, f := range set.Files() {
		path := filepath.Join(folder, f.Name)
		files = append(files, path, path+".gz")
	}
	return files
}
