package mnist

import (
	"os"
	"path/filepath"
	"runtime"

	"dnn/internal/fault"
)

// Folder returns the folder of the set's files, which need not exist: Path if it is not empty, else ROOT/NAME. ROOT is
// the first of these that is not empty: dataDir, $DNN_DATA_DIR, dnn in the user's cache folder. env looks environment
// variables up, as os.LookupEnv does.
func (s Set) Folder(dataDir string, env func(string) (string, bool)) (string, error) {
	if s.Path != "" {
		return s.Path, nil
	}
	root := dataDir
	if root == "" {
		root, _ = env("DNN_DATA_DIR")
	}
	if root == "" {
		cache, err := userCacheFolder(env)
		if err != nil {
			return "", err
		}
		root = filepath.Join(cache, "dnn")
	}
	return filepath.Join(root, s.Name), nil
}

// userCacheFolder is os.UserCacheDir, but takes XDG_CACHE_HOME and HOME from env on systems that use them.
func userCacheFolder(env func(string) (string, bool)) (string, error) {
	const hint = "use --data-dir FOLDER or set DNN_DATA_DIR"
	switch runtime.GOOS {
	case "windows", "darwin", "ios", "plan9":
		folder, err := os.UserCacheDir()
		if err != nil {
			return "", fault.New(fault.Write, "data folder", "%w", err).WithHint(hint)
		}
		return folder, nil
	}
	if folder, _ := env("XDG_CACHE_HOME"); folder != "" {
		if !filepath.IsAbs(folder) {
			return "", fault.New(fault.Write, "data folder", "XDG_CACHE_HOME is %q, wanted an absolute path", folder).
				WithHint(hint)
		}
		return folder, nil
	}
	if home, _ := env("HOME"); home != "" {
		return filepath.Join(home, ".cache"), nil
	}
	return "", fault.New(fault.Write, "data folder",
		"there is no cache folder: neither XDG_CACHE_HOME nor HOME is set").WithHint(hint)
}
