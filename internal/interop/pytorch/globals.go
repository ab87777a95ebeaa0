package pytorch

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"dnn/internal/fault"
)

// storages are the classes of storages, and the type of their numbers.
var storages = map[string]string{
	"FloatStorage": "float32", "DoubleStorage": "float64", "HalfStorage": "float16", "BFloat16Storage": "bfloat16",
	"LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16", "CharStorage": "int8",
	"ByteStorage": "uint8", "BoolStorage": "bool", "UntypedStorage": "",
}

// kinds are the types of numbers that a pickle may name, as torch.float32.
var kinds = []string{
	"float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "uint64",
	"bool",
}

// harmless are classes and functions that checkpoints have beside the weights. What they make is not looked at.
var harmless = []string{
	"builtins.set", "builtins.frozenset", "builtins.bytearray", "builtins.complex", "builtins.slice", "builtins.range",
	"builtins.int", "builtins.float", "builtins.bool", "builtins.str", "builtins.bytes", "builtins.list", "builtins.tuple",
	"_codecs.encode", "collections.Counter", "collections.deque", "argparse.Namespace", "types.SimpleNamespace",
	"pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath", "pathlib.PurePosixPath", "pathlib._local.PosixPath",
	"pathlib._local.WindowsPath", "datetime.datetime", "datetime.date", "datetime.timedelta", "datetime.timezone",
	"decimal.Decimal", "fractions.Fraction", "uuid.UUID", "typing.Any",
	"numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.core.multiarray._reconstruct",
	"numpy._core.multiarray._reconstruct", "numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer",
	"numpy.ndarray", "numpy.dtype", "torch.device", "torch.Size", "torch.strided", "torch.serialization._get_layout",
	"torch.torch_version.TorchVersion", "torch.Tensor", "torch.nn.parameter.Parameter",
	"pytorch_lightning.utilities.parsing.AttributeDict", "lightning.pytorch.utilities.parsing.AttributeDict",
	"lightning.fabric.utilities.data.AttributeDict", "lightning_fabric.utilities.data.AttributeDict",
}

// harmlessIn are beginnings of such names: the numbers and generators of NumPy, the configurations of Hydra.
var harmlessIn = []string{"numpy.dtypes.", "numpy.random.", "omegaconf."}

// allowed reports whether a pickle may name the class or function.
func (g global) allowed() bool {
	name := string(g)
	return g.constructor() != nil || slices.Contains(harmless, name) || g.kind() != "" || g.isStorage() ||
		slices.ContainsFunc(harmlessIn, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// kind returns the type of numbers that torch.float32 and the like name; empty: g is none.
func (g global) kind() string {
	if k, ok := strings.CutPrefix(string(g), "torch."); ok && slices.Contains(kinds, k) {
		return k
	}
	return ""
}

func (g global) isStorage() bool {
	for _, module := range []string{"torch.", "torch.cuda.", "torch.storage."} {
		if class, ok := strings.CutPrefix(string(g), module); ok {
			if _, ok := storages[class]; ok {
				return true
			}
		}
	}
	return false
}

// storageKind returns the type of the numbers of a storage's class.
func (g global) storageKind() string {
	return storages[string(g)[strings.LastIndexByte(string(g), '.')+1:]]
}

// constructor returns the function that makes what weights are made of; nil: g is none.
func (g global) constructor() func(args tuple) (any, error) {
	switch g {
	case "collections.OrderedDict", "builtins.dict":
		return newDict
	case "collections.defaultdict":
		return func(tuple) (any, error) { return &dict{}, nil }
	case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3":
		return rebuildTensor
	case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
		return rebuildParameter
	case "torch._tensor._rebuild_from_type_v2":
		return rebuildFromType
	}
	return nil
}

// result returns what the class or function would make of the arguments.
func (g global) result(args tuple) (any, error) {
	of := g.constructor()
	if of == nil {
		return opaque{}, nil
	}
	v, err := of(args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", g, err)
	}
	return v, nil
}

// newDict makes a dictionary, of pairs if there are any.
func newDict(args tuple) (any, error) {
	d := &dict{}
	if len(args) == 0 {
		return d, nil
	}
	pairs, ok := args[0].(*list)
	if !ok {
		return nil, errors.New("wanted a list of pairs")
	}
	for _, item := range pairs.items {
		pair, _ := item.(tuple)
		if l, ok := item.(*list); ok {
			pair = l.items
		}
		if len(pair) != 2 {
			return nil, errors.New("wanted pairs")
		}
		d.set(pair[0], pair[1])
	}
	return d, nil
}

// rebuildParameter returns the tensor of a parameter.
func rebuildParameter(args tuple) (any, error) {
	if len(args) > 0 {
		if t, ok := args[0].(*tensor); ok {
			return t, nil
		}
	}
	return nil, errors.New("wanted a tensor")
}

// rebuildFromType returns the tensor of a subclass of Tensor, or of one with attributes: (function, type, arguments,
// attributes).
func rebuildFromType(args tuple) (any, error) {
	if len(args) >= 3 {
		g, ok := args[0].(global)
		inner, both := args[2].(tuple)
		if ok && both && strings.HasPrefix(string(g), "torch._utils.") {
			return g.result(inner)
		}
	}
	return nil, errors.New("wanted a tensor")
}

// refusal is the error about a class or function that is not on the list.
type refusal struct{ name string }

func (r *refusal) Error() string { return "it names " + r.name }

// stateHint says how a file is written that dnn reads.
const stateHint = `in Python: torch.save(model.state_dict(), "weights.pt")`

// fault says what a file that names such a class or function is.
func (r *refusal) fault(where string) *fault.Error {
	const most = 100
	name := r.name
	if len(name) > most {
		name = name[:most] + "…"
	}
	quoted := fmt.Sprintf("%q", name)
	name = quoted[1 : len(quoted)-1]
	what := "a pickle that names " + name + ", which weights need not; nothing of it was run"
	switch {
	case strings.Contains(r.name, "_rebuild_q") || strings.Contains(r.name, ".QInt") ||
		strings.Contains(r.name, "torch.q") || strings.Contains(r.name, "quantized"):
		what = "a quantized model (" + name + ")"
	case strings.HasPrefix(r.name, "torch.nn.") || strings.HasPrefix(r.name, "torchvision."):
		what = "a whole module (" + name + "), which only a program that has its class can read"
	case strings.HasPrefix(r.name, "__main__."):
		what = "an object of the class " + name + ", which only the program that wrote it has: a whole module?"
	case strings.HasPrefix(r.name, "__torch__."):
		what = "a TorchScript program (" + name + ")"
	case strings.Contains(r.name, "_rebuild_") || strings.Contains(r.name, "Storage"):
		what = "tensors of a kind that dense networks have not (" + name + ")"
	}
	return fault.New(fault.Data, where, "wanted the weights of a network (a state_dict), found %s", what).
		WithHint("%s", stateHint)
}
