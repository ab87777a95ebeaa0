package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"dnn/scripts/bench/paired"
	"dnn/scripts/bench/process"
)

// peerLine is what the peers' program run prints about one peer.
type peerLine struct {
	Peer     string    `json:"peer"`
	Failed   bool      `json:"failed"`
	Seconds  []float64 `json:"epoch_s"`
	Accuracy float64   `json:"acc"` // on the test images
	PeakMiB  float64   `json:"rss_mb"`
}

// peer trains one peer by the recipe.
func (b *bench) peer(ctx context.Context, name string, r recipe) (peerLine, process.Outcome, error) {
	done, err := b.command(ctx, []string{"PEERS=" + name}, filepath.Join(b.peers, "run"), b.gzipped,
		strconv.Itoa(r.epochs), strconv.Itoa(r.batch), "1")
	if err != nil {
		return peerLine{}, done, err
	}
	line, err := parsePeer(done.Stdout)
	return line, done, err
}

func parsePeer(stdout []byte) (peerLine, error) {
	var line peerLine
	if err := json.Unmarshal(bytes.TrimSpace(stdout), &line); err != nil {
		return line, fmt.Errorf("wanted one JSON object, found %q", stdout)
	}
	if line.Failed {
		return line, errors.New("it did not run; it may not be installed")
	}
	if len(line.Seconds) == 0 {
		return line, fmt.Errorf("wanted epoch_s, found %q", stdout)
	}
	return line, nil
}

// peerEpochs are the peers training by the recipe, with dnnEpochs' metric. There are none without the folder of the
// peers.
func (b *bench) peerEpochs(r recipe, names ...string) []paired.Contender {
	return b.eachPeer(names, func(ctx context.Context, name string) (paired.Figures, error) {
		line, _, err := b.peer(ctx, name, r)
		if err != nil {
			return nil, err
		}
		return paired.Figures{"epoch": paired.Steady(line.Seconds)}, nil
	})
}

// peerProcesses are complete processes of the peers, with dnnProcess's metrics.
func (b *bench) peerProcesses(r recipe, names ...string) []paired.Contender {
	return b.eachPeer(names, func(ctx context.Context, name string) (paired.Figures, error) {
		line, done, err := b.peer(ctx, name, r)
		if err != nil {
			return nil, err
		}
		return processFigures(done.Seconds, line.PeakMiB, line.Accuracy), nil
	})
}

func (b *bench) eachPeer(
	names []string, run func(ctx context.Context, name string) (paired.Figures, error),
) []paired.Contender {
	if b.peers == "" {
		return nil
	}
	var contenders []paired.Contender
	for _, name := range names {
		contenders = append(contenders, paired.Contender{
			Name: name, Run: func(ctx context.Context) (paired.Figures, error) { return run(ctx, name) },
		})
	}
	return contenders
}

// The peers' virtual environments: TensorFlow and PyTorch do not share one.
const (
	pythonNumPy = "tf" // also JAX
	pythonTorch = "pt"
)

// python runs a script of this folder in one of the peers' virtual environments. The script must print JSON of a T.
func python[T any](ctx context.Context, b *bench, venv string, env []string, script string, args ...string) (T, error) {
	var printed T
	program := filepath.Join(b.venv, venv, "bin", "python")
	env = append(env, "PYTHONDONTWRITEBYTECODE=1") // nothing is written into this folder
	done, err := b.command(ctx, env, program,
		append([]string{filepath.Join(b.root, "scripts", "bench", script)}, args...)...)
	if err != nil {
		return printed, err
	}
	if err := json.Unmarshal(done.Stdout, &printed); err != nil {
		return printed, fmt.Errorf("%s: %w", script, err)
	}
	return printed, nil
}
