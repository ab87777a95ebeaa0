package pytorch_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/arrays/arraystest"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/pytorch"
)

const shared = "../testdata/pytorch/"

// seqBN are the activations of the network seq_bn.
var seqBN = []chain.Activation{{Function: "gelu"}, {Function: "leaky_relu", Slope: 0.1}, {Function: "softmax"}}

var relus = []chain.Activation{{Function: "relu"}, {Function: "relu"}}

func read(t *testing.T, file string) *chain.Chain {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := pytorch.Read(data, filepath.Base(file))
	if err != nil {
		t.Fatal(err)
	}
	if !c.Unsaid.Activations {
		t.Error("a state_dict has no activations, but that is not said")
	}
	return c
}

// TestRead compares with what PyTorch computed.
func TestRead(t *testing.T) {
	for name, activations := range map[string][]chain.Activation{"sequential": relus, "net": relus, "seq_bn": seqBN} {
		k := arraystest.Load(t, shared+"cases.json", name, "outputs_logits")
		for _, end := range []string{".pt", ".legacy.pth", ".ckpt.tar"} {
			t.Run(name+end, func(t *testing.T) {
				k.Check(t, arraystest.Activate(read(t, shared+name+end), activations...))
			})
		}
	}
}

// TestReadOwn is about a network whose batch normalizations come after the layers in __init__, in files of all sorts.
func TestReadOwn(t *testing.T) {
	text, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var k arraystest.Case
	if err := json.Unmarshal(text, &k); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{
		"adam.ckpt", "dataparallel.pt", "lightning.ckpt", "protocol4.pt", "nocrc.pt", "compiled.pt",
	} {
		t.Run(file, func(t *testing.T) {
			k.Check(t, arraystest.Activate(read(t, "testdata/"+file), relus...))
		})
	}
	c := read(t, "testdata/half.legacy.pth")
	if want := "its float16 weights became float32"; !strings.Contains(strings.Join(c.Notes, "; "), want) {
		t.Errorf("notes %q, want %q", c.Notes, want)
	}
}

func TestIs(t *testing.T) {
	for name, want := range map[string]bool{
		shared + "net.pt": true, shared + "net.legacy.pth": true, shared + "net.ckpt.tar": true, "testdata/script.ts": true,
		"../testdata/keras/course.npz": false, "../testdata/keras/course.keras": false,
		shared + "net.safetensors": false, "testdata/cases.json": false,
	} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if pytorch.Is(data) != want {
			t.Errorf("%s: %t", name, !want)
		}
	}
}

// TestTypes compares single weights with what PyTorch prints.
func TestTypes(t *testing.T) {
	for _, c := range []struct {
		file        string
		first, last float32 // kernel [0, 1] of the first Dense, bias [2] of the last
	}{
		{shared + "half.pt", -0.00962066650390625, -0.30419921875},
		{shared + "double.pt", -0.024369927123188972, -0.09546783566474915},
		{shared + "noncontiguous.pt", -0.00042758244671858847, 0.298839807510376},
		{"testdata/views.pt", 1.3817590475082397, 1.2849459648132324},
		{"testdata/list.pt", 0.3228105902671814, -0.2829614579677582},
		{"testdata/half.legacy.pth", 0.2239990234375, 0.004482269287109375},
	} {
		t.Run(c.file, func(t *testing.T) {
			network := read(t, c.file)
			first, last := network.Steps[0].(chain.Dense), network.Steps[len(network.Steps)-1].(chain.Dense)
			if first.Kernel[1] != c.first || last.Bias[2] != c.last {
				t.Errorf("kernel %v, bias %v, want %v, %v", first.Kernel[1], last.Bias[2], c.first, c.last)
			}
		})
	}
}

func TestRefuse(t *testing.T) {
	for _, c := range []struct{ file, want, hint string }{
		{shared + "sequential.whole.pt", "found a whole module (torch.nn.modules.container.Sequential)", "state_dict()"},
		{shared + "seq_bn.whole.pt", "found a whole module", "state_dict()"},
		{shared + "net.whole.pt", "found an object of the class __main__.Net", "state_dict()"},
		{"testdata/script.ts", "found a TorchScript program", "torch.jit.load"},
		{"testdata/evil.pt", "names posix.system, which weights need not; nothing of it was run", "state_dict()"},
		{"testdata/wholein.pt", "found a whole module (torch.nn.modules.linear.Linear)", "state_dict()"},
		{"testdata/conv.pt", "0.weight [2, 1, 3, 3]: wanted weights of at most 2 dimensions, found those of a convolution", ""},
		{"testdata/lstm.pt", "found those of a recurrent layer", ""},
		{"testdata/wnorm.pt", "found those of a parametrization", ""},
		{"testdata/quant.pt", "found a quantized model (torch.qint8)", ""},
		{"testdata/plain.pkl", "found a plain pickle", "torch.save"},
		{"testdata/cases.json", "found another format", ""},
	} {
		t.Run(c.file, func(t *testing.T) {
			data, err := os.ReadFile(c.file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = pytorch.Read(data, "f")
			wantFault(t, err, c.want, c.hint)
		})
	}
}

// TestRefuseExported has the names of members that torch.export.save writes, before and after PyTorch 2.7.
func TestRefuseExported(t *testing.T) {
	for _, members := range []map[string][]byte{
		{"net/archive_format": []byte("pt2"), "net/models/model.json": []byte("{}"), "net/data/sample_inputs/model.pt": nil},
		{"serialized_exported_program.json": []byte("{}"), "serialized_state_dict.pt": nil, "version": []byte("1")},
	} {
		data := zipped(t, members)
		_, err := pytorch.Read(data, "f")
		wantFault(t, err, "found a program of torch.export", "torch.export.load")
		if !pytorch.Is(data) {
			t.Error("it is a file of PyTorch")
		}
	}
}

func wantFault(t *testing.T, err error, want, hint string) {
	t.Helper()
	f, ok := err.(*fault.Error) //nolint:errorlint // it must be one, not have one as its cause
	if !ok || f.Kind != fault.Data || !strings.Contains(f.Error(), want) || !strings.Contains(f.Hint, hint) ||
		!strings.HasPrefix(f.Error(), "f: ") || len(f.Error()) > 400 {
		t.Errorf("%v (hint %q), want %q (%q)", err, f, want, hint)
	}
}

// TestRefusePickles is about pickles that would run something, take memory or do not make sense. They are legacy files.
func TestRefusePickles(t *testing.T) {
	const head = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}."
	for _, c := range []struct{ name, pickle, want string }{
		{"os.system", "\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.", "names os.system, which"},
		{"eval", "\x80\x02c__builtin__\neval\nX\x01\x00\x00\x001\x85R.", "names builtins.eval, which"},
		{"stack global", "\x80\x04\x8c\x0asubprocess\x8c\x05Popen\x93)R.", "names subprocess.Popen, which"},
		{"getattr", "\x80\x02cbuiltins\ngetattr\n.", "names builtins.getattr, which"},
		{"in a harmless one", "\x80\x02cnumpy.core.multiarray\nscalar\ncposix\nsystem\n\x85R.", "names posix.system, which"},
		{"a terminal's codes", "\x80\x02ca\x1b[2J\nb\n.", `names a\x1b[2J.b, which`},
		{"inst", "\x80\x02(ios\nsystem\n.", "unknown operation 0x69"},
		{"extension", "\x80\x02\x82\x01.", "unknown operation 0x82"},
		{"cut", "\x80\x02}", "damaged or cut"},
		{"empty stack", "\x80\x020.", "takes more from its stack than is there"},
		{"below a mark", "\x80\x02K\x01(0.", "takes more from its stack than is there"},
		{"no mark", "\x80\x02t.", "a mark that is not there"},
		{"memo", "\x80\x02h\x07.", "value 7 of its memo"},
		{"long text", "\x80\x02X\xff\xff\xff\x7f", "damaged or cut"},
		{"longer text", "\x80\x02\x8d\xff\xff\xff\xff\xff\xff\xff\xff", "damaged or cut"},
		{"operations", "\x80\x02" + strings.Repeat("]0", 1<<18) + ".", "wanted at most 262144 operations"},
		{"number", "\x80\x02K\x01.]", "wanted the weights of a network (a state_dict), found a number without any"},
		{"call a list", "\x80\x02])R.", "it calls what is no function"},
		{"no storage", "\x80\x02X\x01\x00\x00\x00a\x85Q.", "wanted the name of a storage"},
		{"module", "\x80\x02X\x06\x00\x00\x00module\x85Q.", "a whole module (torch.nn.Module)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := pytorch.Read([]byte(head+c.pickle+"\x80\x02]."), "f")
			wantFault(t, err, c.want, "")
		})
	}
}

// TestSeveral is about checkpoints with several networks.
func TestSeveral(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"several.pt", `wanted the weights of one network, found those of 2: "generator", "discriminator"`},
	} {
		data, err := os.ReadFile("testdata/" + c.file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = pytorch.Read(data, "f")
		wantFault(t, err, c.want, "")
	}
}

func TestDamage(t *testing.T) {
	for _, file := range []string{"testdata/views.pt"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		arraystest.Damage(t, data, true, func(d []byte) (*chain.Chain, error) { return pytorch.Read(d, "f") })
	}
	data, err := os.ReadFile("testdata/half.legacy.pth") // this format has no checksum
	if err != nil {
		t.Fatal(err)
	}
	arraystest.Damage(t, data, false, func(d []byte) (*chain.Chain, error) { return pytorch.Read(d, "f") })
}

func FuzzRead(f *testing.F) {
	for _, file := range []string{"list.pt", "views.pt", "half.legacy.pth", "lightning.ckpt", "plain.pkl", "evil.pt"} {
		data, err := os.ReadFile("testdata/" + file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := pytorch.Read(data, "f")
		if err == nil && (c == nil || len(c.Steps) == 0) || err != nil && fault.KindOf(err) != fault.Data {
			t.Errorf("%v, %v", c, err)
		}
		if err != nil && len(err.Error()) > 400 || bytes.Contains([]byte(errorText(err)), []byte("\x1b")) {
			t.Errorf("%q", err)
		}
	})
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
