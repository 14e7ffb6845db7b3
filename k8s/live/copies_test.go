package live

import (
	"hash/fnv"
	"testing"

	"canopy/model/leaves"
	"canopy/model/pieces"
)

type hashPrinter struct{}

func (hashPrinter) Print(value string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(value))
	return h.Sum64()
}

// TestCopies holds that values are found in the data of a ConfigMap by their prints alone, each place once.
func TestCopies(t *testing.T) {
	c := &copies{printer: hashPrinter{}, wanted: map[uint64]struct{}{hashPrinter{}.Print("plain words-1"): {}, hashPrinter{}.Print("hidden-value"): {}}}
	found := leaves.Inspect(c, map[string]any{"kind": "ConfigMap", "metadata": map[string]any{"name": "m"}, "data": map[string]any{
		"a": "plain words-1\n", "b": "x: 1\npassword: hidden-value # twice\nagain: hidden-value\n", "c": "hidden-values",
	}})
	if len(found) != 2 || found[0].Path != "data.a" || found[1].Path != "data.b" || found[1].Rule != pieces.Rule || found[1].Length != 12 || found[0].Print == 0 {
		t.Errorf("%+v", found)
	}
}
