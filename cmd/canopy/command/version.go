package command

import (
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"canopy/cmd/canopy/output"
)

// release is the version of the sources.
const release = "0.1.0"

// Build says what this binary was made of.
type Build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	// Date is that of the sources; empty where they came from no repository.
	Date       string `json:"date,omitempty"`
	Go         string `json:"go"`
	Kubernetes string `json:"kubernetes"`
	Platform   string `json:"platform"`
}

// build reads what the toolchain left in the binary.
func build() Build {
	b := Build{Version: release, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Date, _, _ = strings.Cut(s.Value, "T")
		}
	}
	for _, d := range info.Deps {
		if d.Path == "k8s.io/client-go" {
			b.Kubernetes = d.Version
		}
	}
	return b
}

func (r *run) version() *cobra.Command {
	var format string
	c := &cobra.Command{Use: "version", Short: "Print the version", Args: noArgs}
	bindFormat(c, &format, output.Common())
	c.RunE = func(*cobra.Command, []string) error {
		b := build()
		return r.print(format, b, func() *output.Grid {
			g := &output.Grid{Titles: []string{"PART", "VERSION"}}
			g.Add("canopy", b.Version)
			if b.Revision != "" {
				g.Add("revision", b.Revision)
			}
			g.Add("go", b.Go)
			g.Add("client-go", b.Kubernetes)
			g.Add("platform", b.Platform)
			return g
		})
	}
	return c
}
