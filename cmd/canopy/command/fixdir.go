package command

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"canopy/analysis/remedy"
	"canopy/cmd/canopy/output"
	"canopy/ui/text"
)

// notWritten names what the contract promises for the directory of a fix and a later version will write.
const notWritten = "rollback.yaml, guard.yaml and kustomization.yaml: not in this version"

// writeFix writes a fix into a directory, which is made where it is missing: all documents in fix.yaml, each in a file of
// its own for kubectl, and what to know before they are applied.
func (r *run) writeFix(dir string, fix *remedy.Fix) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := r.write(filepath.Join(dir, "fix.yaml"), fix.WriteYAML); err != nil {
		return err
	}
	for i := range fix.Documents {
		d := &fix.Documents[i]
		// A name that came from an object must not lead out of the directory.
		if err := r.write(filepath.Join(dir, filepath.Base(d.File)), func(w io.Writer) error {
			_, err := io.Copy(w, bytes.NewReader(d.YAML))
			return err
		}); err != nil {
			return err
		}
	}
	return r.write(filepath.Join(dir, "README.md"), func(w io.Writer) error {
		_, err := io.WriteString(output.Guard(w), fixReadme(fix))
		return err
	})
}

func fixReadme(fix *remedy.Fix) string {
	var b strings.Builder
	b.WriteString("# Patches by Canopy\n\n`fix.yaml` holds them all, to be read. Apply them one by one, in this order.\n\n" + notWritten + ".\n")
	for i := range fix.Documents {
		d := &fix.Documents[i]
		fmt.Fprintf(&b, "\n## %s\n\n    %s\n\n", text.Clean(filepath.Base(d.File)), text.Clean(d.Command))
		fmt.Fprintf(&b, "May break: %s\n", d.Breakage)
		for _, e := range d.Evidence {
			fmt.Fprintf(&b, "- %s\n", text.Clean(e))
		}
		if d.ManagedBy != "" {
			fmt.Fprintf(&b, "\nManaged by %s, which may take a live change back: change it there.\n", text.Clean(d.ManagedBy))
		}
		b.WriteString("\nCloses:\n")
		for _, id := range d.Closes {
			fmt.Fprintf(&b, "- %s\n", text.Clean(id))
		}
	}
	if len(fix.Notes) > 0 {
		b.WriteString("\n## By hand\n\n")
	}
	for _, n := range fix.Notes {
		fmt.Fprintf(&b, "- %s\n", text.Clean(n.Finding+": "+n.Reason))
		for _, step := range n.Steps {
			fmt.Fprintf(&b, "  - %s\n", text.Clean(step))
		}
	}
	return b.String()
}
