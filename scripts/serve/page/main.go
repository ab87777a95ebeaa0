// Page serves the page of dnn serve alone, for work on it: go run ./scripts/serve/page [-addr ADDRESS] MODEL.bin...
package main

import (
	"flag"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"dnn/internal/mnist"
	"dnn/internal/modelfile"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/serve/board"
)

func main() {
	address := flag.String("addr", "127.0.0.1:8080", "where to listen")
	flag.Parse()
	kernels, err := kernel.Select("")
	if err != nil {
		log.Fatal(err)
	}
	var models []board.Model
	for _, path := range flag.Args() {
		m, err := modelfile.Read(path)
		if err != nil {
			log.Fatal(err)
		}
		models = append(models, board.Model{Name: filepath.Base(path), Model: m, Kernels: kernels,
			Training: training})
	}
	server := http.Server{Addr: *address, Handler: board.Handler(models), ReadHeaderTimeout: time.Second}
	log.Print(server.ListenAndServe())
}

// training returns MNIST's training images.
func training() (*batch.Samples, error) {
	set, _ := mnist.Lookup("mnist")
	folder, err := set.Folder("", os.LookupEnv)
	if err != nil {
		return nil, err
	}
	data, err := mnist.Load(mnist.LoadOptions{Set: set, Folder: folder})
	if err != nil {
		return nil, err
	}
	t := data.Train
	return &batch.Samples{Count: t.Count, Features: t.Features(), Bytes: t.Images, Labels: t.Labels}, nil
}
