package command

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestDocsAreCurrent compares the generated pages with what the program prints now.
func TestDocsAreCurrent(t *testing.T) {
	for page, args := range map[string][]string{
		"rules.md":    {"rules", "-o", "markdown"},
		"settings.md": {"info", "--defaults", "-o", "markdown"},
		"keys.md":     {"info", "--keys"},
		"edges.md":    {"rules", "--edges", "-o", "markdown"},
	} {
		want, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", page))
		if err != nil {
			t.Error(err)
			continue
		}
		var out, told bytes.Buffer
		if status := Run(t.Context(), args, Streams{Out: &out, Err: &told}); status != 0 {
			t.Errorf("%v: status %d: %s", args, status, told.String())
			continue
		}
		if !bytes.Equal(out.Bytes(), want) {
			t.Errorf("docs/%s is not what canopy %v prints: make docs writes it anew", page, args)
		}
	}
}
