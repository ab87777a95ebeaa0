package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"dnn/configs"
	"dnn/scripts/bench/marks"
	"dnn/scripts/bench/paired"
)

// fastScenario has an experiment for each configs/fast-*.yaml.
func fastScenario(b *bench) []paired.Experiment {
	var experiments []paired.Experiment
	for _, percent := range []int{97, 98, 99} {
		name := fmt.Sprintf("fast-%d.yaml", percent)
		if !slices.Contains(configs.Names(), name) {
			continue
		}
		most := 2
		if percent == 99 {
			most = 1 // it takes minutes
		}
		f := fast{bench: b, rounds: min(most, b.effort.rounds), config: filepath.Join(b.root, "configs", name)}
		f.recipe, f.err = marks.Read(percent, name, configs.Text(name))
		contenders := []paired.Contender{f.dnn()}
		if b.originals != "" {
			contenders = append(contenders, f.dnnFromNothing())
		}
		if b.peers != "" {
			for _, p := range marks.Peers() {
				if p.Distorts || f.recipe.Distort == nil {
					contenders = append(contenders, f.peer(p))
				}
			}
		}
		e := marks.Experiment(percent, f.recipe, contenders)
		e.MostRounds = f.rounds
		experiments = append(experiments, e)
	}
	return experiments
}

// fast is an experiment file and the recipe that the peers get from it.
type fast struct {
	*bench
	config string
	rounds int
	recipe marks.Recipe
	err    error // why there is no recipe
}

// seedsPerRound returns how often dnn trains in a round, so that all rounds together have enough seeds for a mean.
func (f fast) seedsPerRound() int { return (f.effort.seeds + f.rounds - 1) / f.rounds }

// dnn is dnn train. It is so short that a round has several seeds: their median time, their mean accuracy.
func (f fast) dnn() paired.Contender {
	seed := 0
	return paired.Contender{Name: marks.DNN, Run: func(ctx context.Context) (paired.Figures, error) {
		var times, accuracies []float64
		for range f.seedsPerRound() {
			seed++
			t, err := f.trainSeed(ctx, seed)
			if err != nil {
				return nil, err
			}
			times, accuracies = append(times, t.Seconds), append(accuracies, t.accuracy)
		}
		return paired.Figures{marks.Time: paired.Median(times), marks.Accuracy: paired.Mean(accuracies)}, nil
	}}
}

// trainSeed is one run of dnn train, which writes a model and nothing else.
func (f fast) trainSeed(ctx context.Context, seed int, more ...string) (training, error) {
	args := append([]string{"--config", f.config, "--seed", strconv.Itoa(seed), "-o", f.model(), "--no-history",
		"--no-picture"}, more...)
	return f.train(ctx, nil, args...)
}

// dnnFromNothing is dnn download from the folder of the originals to an empty one, then dnn train.
func (f fast) dnnFromNothing() paired.Contender {
	seed := 0
	return paired.Contender{Name: marks.FromNothing, Run: func(ctx context.Context) (paired.Figures, error) {
		seed++
		folder := filepath.Join(f.work, "from-nothing")
		got, err := f.command(ctx, nil, f.bench.dnn, "download", "--data-dir", folder, "--mirror",
			"file://"+filepath.ToSlash(f.originals))
		if err != nil {
			return nil, err
		}
		t, err := f.trainSeed(ctx, seed, "--data-dir", folder)
		if err != nil {
			return nil, err
		}
		return paired.Figures{marks.Time: got.Seconds + t.Seconds, marks.Accuracy: t.accuracy}, os.RemoveAll(folder)
	}}
}

// peer is a peer that trains by the recipe, with another seed in each round.
func (f fast) peer(p marks.Peer) paired.Contender {
	seed := 0
	return paired.Contender{Name: p.Name, Run: func(ctx context.Context) (paired.Figures, error) {
		if f.err != nil {
			return nil, f.err
		}
		seed++
		recipe, model := filepath.Join(f.work, "recipe"), filepath.Join(f.work, "peer"+p.Suffix)
		if err := os.WriteFile(recipe, f.recipe.Text(), 0o644); err != nil {
			return nil, err
		}
		args := []string{recipe, f.images, strconv.Itoa(seed), model}
		if p.Script != "" {
			args = slices.Insert(args, 0, filepath.Join(f.root, "scripts", "bench", "peers", p.Script))
		}
		// Nothing is written into the folder of the scripts.
		env := append([]string{"PYTHONDONTWRITEBYTECODE=1", "TF_CPP_MIN_LOG_LEVEL=3"}, p.Env...)
		done, err := f.command(ctx, env, filepath.Join(f.venv, "fast", p.Program), args...)
		if err != nil {
			return nil, err
		}
		accuracy, err := parseAccuracy(done.Stdout)
		if err != nil {
			return nil, err
		}
		if err := os.Remove(model); err != nil {
			return nil, fmt.Errorf("it has written no model: %w", err)
		}
		return paired.Figures{marks.Time: done.Seconds, marks.Accuracy: accuracy}, nil
	}}
}

// parseAccuracy returns the test accuracy that a peer has printed.
func parseAccuracy(stdout []byte) (float64, error) {
	var line struct {
		Accuracy *float64 `json:"accuracy"`
	}
	if err := json.Unmarshal(stdout, &line); err != nil || line.Accuracy == nil {
		return 0, fmt.Errorf(`wanted {"accuracy": …}, found %q`, stdout)
	}
	return *line.Accuracy, nil
}
