package scanner

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"
)

// ErrMalware tells that a Trivy is one of the releases that attackers have made.
var ErrMalware = errors.New("this release of Trivy is malware: CVE-2026-33634, in March 2026 attackers published 0.69.4, 0.69.5 and 0.69.6 to steal credentials; " +
	"it is not started: take it away, and change what it could have read")

var (
	errNoVersion = errors.New("it tells no version, so that it is not known what it is")
	errTooOld    = errors.New("it is too old: want 0.37 or newer")
)

// version is that of a release.
type version struct{ major, minor, patch int }

func (v version) less(o version) bool {
	if v.major != o.major {
		return v.major < o.major
	}
	if v.minor != o.minor {
		return v.minor < o.minor
	}
	return v.patch < o.patch
}

// parseVersion reads the numbers of a version; what is behind them ("-rc1", "+build") makes no difference.
func parseVersion(text string) (v version, ok bool) {
	core, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(text), "v"), "-")
	core, _, _ = strings.Cut(core, "+")
	parts := strings.Split(core, ".")
	if len(parts) != 3 {
		return v, false
	}
	var n [3]int
	for i, p := range parts {
		var err error
		if n[i], err = strconv.Atoi(p); err != nil || n[i] < 0 || n[i] > 1e6 || strings.HasPrefix(p, "+") {
			return v, false
		}
	}
	return version{n[0], n[1], n[2]}, true
}

// checkTrivy says why a version of Trivy is not used.
func checkTrivy(text string) error {
	v, ok := parseVersion(text)
	switch {
	case !ok:
		return errNoVersion
	case v.major == 0 && v.minor == 69 && v.patch >= 4 && v.patch <= 6:
		return fmt.Errorf("trivy %s: %w", text, ErrMalware)
	case v.less(version{0, 37, 0}):
		return fmt.Errorf("trivy %s: %w", text, errTooOld)
	}
	return nil
}

// stamped is the version that stands in a program of Go, "" where none does. To ask a program for its version is to start it.
func stamped(info *debug.BuildInfo) string {
	for _, s := range info.Settings {
		if s.Key != "-ldflags" {
			continue
		}
		for word := range strings.FieldsSeq(s.Value) {
			if _, v, ok := strings.Cut(strings.Trim(word, `"'`), "/version/app.ver="); ok {
				return v
			}
		}
	}
	if info.Main.Path == "github.com/aquasecurity/trivy" {
		return info.Main.Version
	}
	return ""
}

// inspect looks at a Trivy without starting it, and refuses what is known to be bad. What it cannot read says nothing.
func inspect(path string) error {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return nil //nolint:nilerr // a script, or a program of another language
	}
	if err := checkTrivy(stamped(info)); errors.Is(err, ErrMalware) {
		return err
	}
	return nil
}
