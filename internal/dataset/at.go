package dataset

import (
	"os"

	"dnn/internal/config"
	"dnn/internal/table"
)

// At returns the data set at another path, for a model that was trained on the given one. Images may be in a folder of
// IDX files or in a CSV file, whichever is there, and whichever the model was trained on. A CSV file's columns are those
// of the training; if that had none, New finds them out.
func At(path string, trained config.Dataset) config.Dataset {
	info, err := os.Stat(path)
	isFolder, isFile := err == nil && info.IsDir(), err == nil && info.Mode().IsRegular()
	switch {
	case trained.IsTable(), trained.CSV != "" && !isFolder:
		trained.CSV, trained.Test = path, ""
		return trained
	case isFile:
		return config.Dataset{CSV: path, Transpose: trained.Transpose}
	}
	return config.Dataset{IDX: path, Prefix: trained.Prefix, Transpose: trained.Transpose, Classes: trained.Classes}
}

// guess completes a data set that At has made for a model of images.
func guess(d config.Dataset, model *Learned) (config.Dataset, error) {
	if d.Target != "" || model == nil || len(model.Shape) != 2 {
		return d, nil
	}
	d.Image = [2]int(model.Shape)
	o, err := table.Guess(d.CSV, d.Image[0], d.Image[1])
	d.Target, d.NoHeader, d.Ignore = o.Target, o.NoHeader, o.Ignore
	return d, err
}
