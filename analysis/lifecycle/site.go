package lifecycle

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// siteSource is a file of kubernetes/website. The files tell of different lines and are as old as they are each for itself.
func siteSource(file string, asOf Day) Source {
	return Source{
		Name: "kubernetes/website " + file, URL: "https://github.com/kubernetes/website/blob/main/data/releases/" + file,
		AsOf: asOf, Licence: "CC-BY-4.0",
	}
}

// site makes an update of what such a file tells of lines and of patches.
func site(file string, asOf Day, cycles []Cycle, releases []Release) (*Update, error) {
	if len(cycles) == 0 {
		return nil, errors.New("tells of no line of releases")
	}
	if asOf == 0 {
		return nil, errors.New("tells no day")
	}
	u := &Update{Tables: []Table{{Kind: Support, Product: Kubernetes, Source: siteSource(file, asOf), Cycles: cycles}}}
	if len(releases) > 0 {
		u.Tables = append(u.Tables, Table{Kind: Patches, Source: siteSource(file, asOf), Releases: releases})
	}
	return u, u.check()
}

// siteDay reads a day that may be missing.
func siteDay(place, value string) (Day, error) {
	if value == "" {
		return 0, nil
	}
	d, err := ParseDay(value)
	if err != nil || !d.sane() {
		return 0, fmt.Errorf("%s: %s is no day", place, quoted(value))
	}
	return d, nil
}

// siteLine reads 1.36 or v1.36. YAML must not take it for a number: 1.30 is not 1.3.
func siteLine(place, value string) (string, error) {
	v, ok := ParseVersion(value)
	if !ok || v.Pre != "" || v.Suffix != "" {
		return "", fmt.Errorf("%s: %s is no version", place, quoted(value))
	}
	return v.Line(), nil
}

func sitePatch(place, value string) (string, error) {
	v, ok := ParseVersion(value)
	if !ok || v.Pre != "" || v.Suffix != "" {
		return "", fmt.Errorf("%s: %s is no version", place, quoted(value))
	}
	return v.Plain(), nil
}

// readBranches reads eol.yaml: the lines that have ended. It is as of the newest end in it, or later.
func readBranches(data []byte) (*Update, error) {
	var file struct {
		Branches []struct {
			Release string `yaml:"release"`
			End     string `yaml:"endOfLifeDate"`
			Final   string `yaml:"finalPatchRelease"`
		} `yaml:"branches"`
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	var cycles []Cycle
	var asOf Day
	for i, b := range file.Branches {
		place := fmt.Sprintf("branches[%d]", i)
		line, errLine := siteLine(place+".release", b.Release)
		end, errEnd := siteDay(place+".endOfLifeDate", b.End)
		final, errFinal := sitePatch(place+".finalPatchRelease", b.Final)
		if err := errors.Join(errLine, errEnd, errFinal); err != nil {
			return nil, err
		}
		asOf = max(asOf, end)
		c := Cycle{Name: line, End: end, Latest: final}
		// A line that got a release after its end stands there again: the later end holds.
		if i := slices.IndexFunc(cycles, func(o Cycle) bool { return o.Name == line }); i < 0 {
			cycles = append(cycles, c)
		} else if cycles[i].End < end {
			cycles[i] = c
		}
	}
	return site("eol.yaml", asOf, cycles, nil)
}

// readSchedule reads schedule.yaml: the lines that are supported, and their patches. It is as of the newest patch in it, or later.
func readSchedule(data []byte) (*Update, error) {
	type patch struct {
		Release string `yaml:"release"`
		Target  string `yaml:"targetDate"`
	}
	var file struct {
		Schedules []struct {
			Release     string  `yaml:"release"`
			Released    string  `yaml:"releaseDate"`
			Maintenance string  `yaml:"maintenanceModeStartDate"`
			End         string  `yaml:"endOfLifeDate"`
			Previous    []patch `yaml:"previousPatches"`
		} `yaml:"schedules"`
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	var cycles []Cycle
	var releases []Release
	var asOf Day
	for i, s := range file.Schedules {
		place := fmt.Sprintf("schedules[%d]", i)
		c := Cycle{}
		var errs [4]error
		c.Name, errs[0] = siteLine(place+".release", s.Release)
		c.Released, errs[1] = siteDay(place+".releaseDate", s.Released)
		c.Maintenance, errs[2] = siteDay(place+".maintenanceModeStartDate", s.Maintenance)
		c.End, errs[3] = siteDay(place+".endOfLifeDate", s.End)
		if err := errors.Join(errs[:]...); err != nil {
			return nil, err
		}
		for j, p := range s.Previous {
			place := fmt.Sprintf("%s.previousPatches[%d]", place, j)
			version, errVersion := sitePatch(place+".release", p.Release)
			out, errOut := siteDay(place+".targetDate", p.Target)
			if err := errors.Join(errVersion, errOut); err != nil {
				return nil, err
			}
			releases = append(releases, Release{Version: version, Out: out})
			if c.Latest == "" || compareVersions(version, c.Latest) > 0 {
				c.Latest, c.Out = version, out
			}
			asOf = max(asOf, out)
		}
		cycles = append(cycles, c)
	}
	return site("schedule.yaml", asOf, cycles, releases)
}

// readSiteReleases reads releases.yaml, which holds lines of both sorts.
func readSiteReleases(data []byte) (*Update, error) {
	var file struct {
		Releases []struct {
			Version     string `yaml:"version"`
			End         string `yaml:"eolDate"`
			Maintenance string `yaml:"maintenanceModeStartDate"`
			Patches     []struct {
				Version string `yaml:"version"`
				Out     string `yaml:"releaseDate"`
			} `yaml:"patchReleases"`
		} `yaml:"releases"`
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	var cycles []Cycle
	var releases []Release
	var asOf Day
	for i, r := range file.Releases {
		place := fmt.Sprintf("releases[%d]", i)
		c := Cycle{}
		var errs [3]error
		c.Name, errs[0] = siteLine(place+".version", r.Version)
		c.Maintenance, errs[1] = siteDay(place+".maintenanceModeStartDate", r.Maintenance)
		c.End, errs[2] = siteDay(place+".eolDate", r.End)
		if err := errors.Join(errs[:]...); err != nil {
			return nil, err
		}
		for j, p := range r.Patches {
			place := fmt.Sprintf("%s.patchReleases[%d]", place, j)
			version, errVersion := sitePatch(place+".version", p.Version)
			out, errOut := siteDay(place+".releaseDate", p.Out)
			if err := errors.Join(errVersion, errOut); err != nil {
				return nil, err
			}
			releases = append(releases, Release{Version: version, Out: out})
			if strings.HasSuffix(version, ".0") {
				c.Released = out
			}
			if c.Latest == "" || compareVersions(version, c.Latest) > 0 {
				c.Latest, c.Out = version, out
			}
			asOf = max(asOf, out)
		}
		cycles = append(cycles, c)
	}
	return site("releases.yaml", asOf, cycles, releases)
}
