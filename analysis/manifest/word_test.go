package manifest

import (
	"math/rand/v2"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestWordsNeedNoQuotes holds the short cut against the encoder.
func TestWordsNeedNoQuotes(t *testing.T) {
	const letters = "aAeEfFlLnNoOrRsStTuUyYiIxX0123456789-./_"
	r := rand.New(rand.NewPCG(1, 2))
	n := 0
	for range 300000 {
		b := make([]byte, 1+r.IntN(6))
		for i := range b {
			b[i] = letters[r.IntN(len(letters))]
		}
		s := string(b)
		if !word(s) {
			continue
		}
		n++
		text, err := yaml.Marshal(s)
		if err != nil || text[0] == '"' || text[0] == '\'' {
			t.Fatalf("%q is written %s", s, text)
		}
	}
	if n < 50000 {
		t.Error("few words:", n)
	}
}
