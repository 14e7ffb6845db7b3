package command

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/clientcmd"

	"canopy/analysis/catalogue"
	"canopy/cmd/canopy/output"
	"canopy/cmd/canopy/settings"
	"canopy/cmd/canopy/tables"
	"canopy/ui"
	"canopy/ui/keys"
	"canopy/ui/theme"
)

// Info is what canopy info prints.
type Info struct {
	Build    Build        `json:"build"`
	Paths    Paths        `json:"paths"`
	Settings SettingsInfo `json:"settings"`
	Data     []Data       `json:"data"`
}

// Paths says where Canopy reads and writes. A path is empty where neither the environment nor a home folder gives it.
type Paths struct {
	// Config is the file of settings, Themes the folder of the user's own colours.
	Config string `json:"config"`
	Themes string `json:"themes"`
	// State is where Canopy leaves what it has to say about its own failures.
	State string `json:"state"`
	// Cache is where scans on demand are kept.
	Cache string `json:"cache"`
	// Data is the file of newer tables of versions; it need not be there.
	Data string `json:"data"`
	// Log is the log of the dashboard; empty where nothing is logged.
	Log string `json:"log"`
	// Kubeconfig lists the files that connections are read from, those that exist.
	Kubeconfig []string `json:"kubeconfig"`
}

// SettingsInfo says what became of the file of settings.
type SettingsInfo struct {
	// Exists tells that there is such a file.
	Exists   bool               `json:"exists"`
	Problems []settings.Problem `json:"problems"`
	// Themes are the user's own.
	Themes []string `json:"themes"`
	// Jewels are the crown jewels of all contexts that have none of their own.
	Jewels []string `json:"jewels"`
}

// Data is a table that is bundled.
type Data struct {
	Name    string `json:"name"`
	Entries int    `json:"entries"`
	Date    string `json:"date"`
}

func (r *run) info() *cobra.Command {
	var format string
	var defaults, schema, bindings bool
	c := &cobra.Command{
		Use: "info", Short: "Print paths, versions, the dates of bundled data, and what is wrong with the settings", Args: noArgs,
		Example: "  canopy info --defaults > ~/.config/canopy/config.yaml    a file of settings to begin with",
	}
	bindFormat(c, &format, output.Common())
	c.Flags().BoolVar(&defaults, "defaults", false, "Print the settings with their defaults, as the file to begin with; -o markdown as a page")
	c.Flags().BoolVar(&bindings, "keys", false, "Print the keys of the dashboard, as a page")
	c.Flags().BoolVar(&schema, "schema", false, "Print the JSON schema of the settings, by which an editor completes and checks")
	c.RunE = func(*cobra.Command, []string) error {
		switch {
		case defaults && schema, defaults && bindings, schema && bindings:
			return errors.New("give one of --defaults, --schema and --keys")
		case bindings:
			return r.write("", func(w io.Writer) error {
				_, err := io.WriteString(w, keys.Default().Markdown())
				return err
			})
		case defaults:
			return r.printDefaults(format)
		case schema:
			return r.printSchema(format)
		}
		set, err := catalogue.Load()
		if err != nil {
			return err
		}
		b := build()
		// The catalogue has no date of its own: it is part of the sources.
		i := Info{Build: b, Paths: r.paths(), Data: []Data{{"catalogue", len(set), b.Date}}}
		known, problem := r.lifecycles()
		if problem != nil {
			r.warn("canopy: " + problem.Error())
		}
		for _, s := range known.Sets() {
			i.Data = append(i.Data, Data{s.Name + " (" + s.Source.Name + ")", s.Entries, s.Source.AsOf.String()})
		}
		i.Settings = r.inspect(&i.Paths)
		return r.print(format, i, func() *output.Grid { return infoGrid(&i) })
	}
	return c
}

// printDefaults prints the file of settings that sets nothing anew. YAML is the only format of a file, so it needs no -o.
func (r *run) printDefaults(format string) error {
	text := settings.Defaults()
	switch output.Format(format) {
	case output.Table, output.YAML:
	case output.Markdown:
		text = append(settings.Markdown(), theme.Markdown()...)
	default:
		return fmt.Errorf("-o %q: --defaults prints yaml or markdown", format)
	}
	return r.write("", func(w io.Writer) error { _, err := w.Write(text); return err })
}

func (r *run) printSchema(format string) error {
	if f := output.Format(format); f != output.Table && f != output.JSON {
		return fmt.Errorf("-o %q: --schema prints json", format)
	}
	names := known(r.paths().Themes)
	return r.write("", func(w io.Writer) error { _, err := w.Write(names.Schema()); return err })
}

// inspect reads the settings as the dashboard would. What is wrong with them is told, and is no failure.
func (r *run) inspect(p *Paths) SettingsInfo {
	s, problems, err := settings.Load(p.Config, known(p.Themes))
	i := SettingsInfo{Problems: append([]settings.Problem{}, problems...), Themes: append([]string{}, ownThemes(p.Themes)...)}
	if err != nil {
		i.Problems = append(i.Problems, settings.Problem{File: p.Config, Text: err.Error()})
	}
	for _, own := range ownThemes(p.Themes) {
		_, wrong := readTheme(p.Themes, own)
		i.Problems = append(i.Problems, wrong...)
	}
	for _, problem := range i.Problems {
		r.warn("canopy: " + problem.String())
	}
	_, err = os.Stat(p.Config)
	i.Exists = err == nil
	all := s.For("")
	p.Log, i.Jewels = cmp.Or(p.Log, all.LogFile), append([]string{}, all.Jewels...)
	return i
}

// known lists the names that settings can use. It is the one place where settings and screens meet.
func known(themes string) settings.Known {
	// Where a home is not known, ~ stands for nothing.
	home, _ := os.UserHomeDir()
	names := []string{"terminal", "canopy", "contrast"}
	for _, own := range ownThemes(themes) {
		if !slices.Contains(names, own) {
			names = append(names, own)
		}
	}
	return settings.Known{
		Actions: keys.Default().Names(),
		Screens: ui.Screens(),
		Themes:  names,
		Columns: ui.Columns(),
		// All actions stand in one table, so that a key does one thing.
		Conflict: func(string, string) bool { return true },
		Home:     home,
	}
}

// ownThemes lists the themes in the user's folder, by name. A folder that cannot be read holds none.
func ownThemes(folder string) []string {
	if folder == "" {
		return nil
	}
	files, _ := os.ReadDir(folder)
	var names []string
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), ".yaml"); ok && !f.IsDir() && settings.ThemeName(name) {
			names = append(names, name)
		}
	}
	return names
}

// readTheme reads a theme of the user's own, and says what is wrong with it.
func readTheme(folder, name string) (theme.Palette, []settings.Problem) {
	path := filepath.Join(folder, name+".yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		return theme.Palette{}, []settings.Problem{{File: path, Text: err.Error()}}
	}
	palette, problems := theme.Parse(name, data)
	var told []settings.Problem
	for _, p := range problems {
		told = append(told, settings.Problem{File: path, Line: p.Line, Text: p.Message})
	}
	return palette, told
}

// paths follows the XDG base directory specification.
func (r *run) paths() Paths {
	p := Paths{
		Config: folder("XDG_CONFIG_HOME", ".config"), State: folder("XDG_STATE_HOME", ".local/state"), Cache: folder("XDG_CACHE_HOME", ".cache"),
		Log: r.logFile, Kubeconfig: []string{},
	}
	// Where neither the environment nor a home gives a folder, there is no such file.
	p.Data, _ = tables.Path(os.Getenv)
	if p.Config != "" {
		p.Themes = filepath.Join(p.Config, "themes")
		p.Config = filepath.Join(p.Config, "config.yaml")
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

// folder gives Canopy's folder of one kind. The specification wants a variable with a relative path ignored.
func folder(variable, usual string) string {
	if base := os.Getenv(variable); filepath.IsAbs(base) {
		return filepath.Join(base, "canopy")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, filepath.FromSlash(usual), "canopy")
}

func infoGrid(i *Info) *output.Grid {
	g := &output.Grid{Titles: []string{"NAME", "VALUE"}, Fold: true}
	g.Add("version", i.Build.Version)
	g.Add("go", i.Build.Go)
	g.Add("client-go", i.Build.Kubernetes)
	g.Add("config", configLine(i))
	g.Add("themes", i.Paths.Themes+" ("+cmp.Or(strings.Join(i.Settings.Themes, ", "), "none")+")")
	g.Add("state", i.Paths.State)
	g.Add("cache", i.Paths.Cache+" (scans on demand)")
	g.Add("data", i.Paths.Data+" (newer tables, if any)")
	g.Add("log", cmp.Or(i.Paths.Log, "none; --log-file or the setting log.file names one"))
	g.Add("jewels", cmp.Or(strings.Join(i.Settings.Jewels, ", "), "none; the setting jewels names what must not fall into wrong hands"))
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

// configLine says where the settings stand and what became of them.
func configLine(i *Info) string {
	switch n := len(i.Settings.Problems); {
	case !i.Settings.Exists:
		return i.Paths.Config + " (does not exist; the defaults hold)"
	case n == 1:
		return i.Paths.Config + " (1 problem)"
	case n > 1:
		return fmt.Sprintf("%s (%d problems)", i.Paths.Config, n)
	}
	return i.Paths.Config + " (read)"
}

// dated says how old data is: as old as the build that it is part of, where it has no date.
func dated(date, version string) string {
	if date == "" {
		return ", as of version " + version
	}
	return " of " + date
}
