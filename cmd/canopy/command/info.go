package command

import (
	"cmp"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/clientcmd"

	"canopy/analysis/catalogue"
	"canopy/cmd/canopy/output"
)

// Info is what canopy info prints.
type Info struct {
	Build Build  `json:"build"`
	Paths Paths  `json:"paths"`
	Data  []Data `json:"data"`
}

// Paths says where Canopy reads and writes.
type Paths struct {
	// Config is where settings will stand.
	Config string `json:"config"`
	// Cache is where data that was fetched will stand.
	Cache string `json:"cache"`
	// Log is empty where nothing is logged.
	Log string `json:"log"`
	// Kubeconfig lists the files that connections are read from, those that exist.
	Kubeconfig []string `json:"kubeconfig"`
}

// Data is a table that is bundled.
type Data struct {
	Name    string `json:"name"`
	Entries int    `json:"entries"`
	Date    string `json:"date"`
}

func (r *run) info() *cobra.Command {
	var format string
	c := &cobra.Command{Use: "info", Short: "Print paths, versions and the dates of bundled data", Args: noArgs}
	bindFormat(c, &format, output.Common())
	c.RunE = func(*cobra.Command, []string) error {
		set, err := catalogue.Load()
		if err != nil {
			return err
		}
		b := build()
		// The catalogue has no date of its own: it is part of the sources.
		i := Info{Build: b, Paths: r.paths(), Data: []Data{{"catalogue", len(set), b.Date}}}
		return r.print(format, i, func() *output.Grid { return infoGrid(&i) })
	}
	return c
}

// paths follows the XDG base directory specification. A home that is not known leaves a path empty.
func (r *run) paths() Paths {
	p := Paths{Log: r.logFile, Kubeconfig: []string{}}
	home, err := os.UserHomeDir()
	if config := os.Getenv("XDG_CONFIG_HOME"); config != "" || err == nil {
		p.Config = filepath.Join(cmp.Or(config, filepath.Join(home, ".config")), "canopy", "config.yaml")
	}
	if cache := os.Getenv("XDG_CACHE_HOME"); cache != "" || err == nil {
		p.Cache = filepath.Join(cmp.Or(cache, filepath.Join(home, ".cache")), "canopy")
	}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = r.connect.Kubeconfig
	for _, path := range rules.GetLoadingPrecedence() {
		if _, err := os.Stat(path); err == nil {
			p.Kubeconfig = append(p.Kubeconfig, path)
		}
	}
	return p
}

func infoGrid(i *Info) *output.Grid {
	g := &output.Grid{Titles: []string{"NAME", "VALUE"}, Fold: true}
	g.Add("version", i.Build.Version)
	g.Add("go", i.Build.Go)
	g.Add("client-go", i.Build.Kubernetes)
	g.Add("config", i.Paths.Config+" (not read in this version)")
	g.Add("cache", i.Paths.Cache+" (not used in this version)")
	g.Add("log", cmp.Or(i.Paths.Log, "none; --log-file names one"))
	if len(i.Paths.Kubeconfig) == 0 {
		g.Add("kubeconfig", "none")
	}
	for _, k := range i.Paths.Kubeconfig {
		g.Add("kubeconfig", k)
	}
	for _, d := range i.Data {
		g.Add(d.Name, strconv.Itoa(d.Entries)+" entries"+dated(d.Date, i.Build.Version))
	}
	return g
}

// dated says how old data is: as old as the build that it is part of, where it has no date.
func dated(date, version string) string {
	if date == "" {
		return ", as of version " + version
	}
	return " of " + date
}
