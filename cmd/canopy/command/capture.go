package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"canopy/analysis/secret/detect"
	"canopy/cmd/canopy/output"
	"canopy/k8s/capture"
	"canopy/model"
	"canopy/ui/text"
)

func (r *run) capture() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "capture --out FILE", Short: "Write a capture of the cluster, to be read with -f", Args: noArgs,
		Long: "Write a capture of the cluster as a tar.gz, to be read with -f: objects without the values of Secrets and with\n" +
			"flagged values masked, the findings, and a manifest with SHA-256 sums.",
		RunE: func(c *cobra.Command, _ []string) error { return r.runCapture(c.Context(), out) },
	}
	c.Flags().StringVar(&out, "out", "", "The file to write")
	return c
}

func (r *run) runCapture(ctx context.Context, out string) error {
	switch {
	case out == "":
		return errors.New("capture: name a file with --out")
	case len(r.connect.Files) > 0:
		return errors.New("capture: -f reads a capture; this command writes one of a live cluster")
	}
	clock, err := r.connect.Clock()
	if err != nil {
		return err
	}
	target, err := r.connect.Target()
	if err != nil {
		return err
	}
	findings, err := r.findings(ctx)
	if err != nil {
		return err
	}
	export := capture.Export{
		Config: target.Config, Namespaces: target.Namespaces(r.connect.Namespaces), Clock: clock, Name: target.Context, Program: release,
		Extra:    func() (map[string][]byte, error) { return map[string][]byte{"report.json": findings}, nil },
		Progress: r.captured, Inspector: detect.Default(),
	}
	var manifest *capture.Manifest
	if err := replace(out, func(w io.Writer) error {
		var err error
		manifest, err = capture.Write(ctx, w, export)
		return err
	}); err != nil {
		return fmt.Errorf("%s: %w", target.Context, err)
	}
	r.warn(captureLine(out, manifest))
	return nil
}

// findings reads the cluster once and gives the report of it as -o json prints it.
func (r *run) findings(ctx context.Context) ([]byte, error) {
	s, err := r.open(ctx, false)
	if err != nil {
		return nil, err
	}
	defer s.close()
	report, err := r.report(ctx, s, output.Selection{})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = output.WriteJSON(&b, output.Document{Report: report})
	return b.Bytes(), err
}

// maxProgress is the most cells that a line of progress takes: one that breaks cannot be drawn over.
const maxProgress = 78

// captured draws what was captured last over one line of standard error, where that is a terminal.
func (r *run) captured(k capture.ManifestKind) {
	if r.streams.Progress {
		r.tell(eraseLine + text.Cut(fmt.Sprintf("captured: %d %s", k.Count, k.Kind), maxProgress))
	}
}

// fewMissing is up to how many kinds that are not whole are named one by one.
const fewMissing = 4

// captureLine says what is in a capture, and what is not.
func captureLine(path string, m *capture.Manifest) string {
	type kind struct{ group, name string }
	objects := 0
	states := map[kind]string{}
	var missing []kind
	read := map[kind][]string{}
	for _, k := range m.Kinds {
		objects += k.Count
		id := kind{k.Group, k.Kind}
		switch {
		case k.State == model.Absent:
		case k.State != model.Complete:
			if states[id] == "" {
				states[id] = string(k.State)
				missing = append(missing, id)
			}
		case k.Namespace != "":
			read[id] = append(read[id], k.Namespace)
		}
	}
	line := fmt.Sprintf("canopy: %s: %d objects", path, objects)
	if len(missing) == 0 {
		return line
	}
	if len(missing) <= fewMissing {
		words := make([]string, len(missing))
		for i, id := range missing {
			words[i] = id.name + " " + states[id]
			if in := read[id]; len(in) > 0 {
				words[i] += ", but read in " + strings.Join(in, " ")
			}
		}
		return line + "; not whole: " + strings.Join(words, ", ")
	}
	line += fmt.Sprintf("; %d kinds not whole", len(missing))
	counts := map[string]int{}
	for _, id := range missing {
		for _, n := range read[id] {
			counts[n]++
		}
	}
	for _, n := range slices.Sorted(maps.Keys(counts)) {
		line += fmt.Sprintf("; %d of them read in %s", counts[n], n)
	}
	return line + "; canopy access says which"
}

// replace lets f write a file that takes its place only once it is whole.
func replace(path string, f func(io.Writer) error) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".canopy-*")
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	if err := f(file); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return os.Rename(file.Name(), path)
}
