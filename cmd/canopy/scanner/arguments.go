package scanner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"canopy/model"
)

// The scanners, as reports name them.
const (
	trivy = "Trivy"
	grype = "Grype"
)

var (
	errReference = errors.New("no reference that a scanner is given: want REGISTRY/REPOSITORY[:TAG][@DIGEST]")
	errPlatform  = errors.New("no platform that a scanner is given: want OS/ARCHITECTURE[/VARIANT]")
)

// checkReference refuses what a scanner could take for something else than an image: options, files, other sources. References stand in
// specs, so anybody may have written them.
func checkReference(ref string) error {
	bad := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._-:/@[]", r)
	}
	if ref == "" || len(ref) > 1024 || strings.HasPrefix(ref, "-") || strings.HasPrefix(ref, "/") || strings.HasPrefix(ref, ".") ||
		strings.Contains(ref, "://") || strings.Contains(ref, "..") || strings.ContainsFunc(ref, bad) {
		return fmt.Errorf("%q: %w", ref, errReference)
	}
	return nil
}

// checkPlatform refuses what is none. Nodes tell it, and whoever may write their status has written it. "" is whatever the scanner takes.
func checkPlatform(platform string) error {
	if platform == "" {
		return nil
	}
	parts := strings.Split(platform, "/")
	bad := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }
	for _, p := range parts {
		if p == "" || len(p) > 32 || strings.ContainsFunc(p, bad) {
			return fmt.Errorf("%q: %w", platform, errPlatform)
		}
	}
	if len(parts) < 2 || len(parts) > 3 {
		return fmt.Errorf("%q: %w", platform, errPlatform)
	}
	return nil
}

func versionArguments(name string) []string {
	if name == trivy {
		return []string{"version", "--format", "json"}
	}
	return []string{"version", "-o", "json"}
}

// memoryCache is the first Trivy that can keep what it unpacks in memory. In its cache on disk one process locks out all others.
func memoryCache() version { return version{0, 54, 0} }

// arguments of a scan. Trivy has a timeout of its own, which must not be the shorter one. Without a platform a scanner takes of an index
// the image for the machine that it runs on itself.
func (s *Scanner) arguments(t model.ScanTarget) []string {
	var platform []string
	if t.Platform != "" {
		platform = []string{"--platform", t.Platform}
	}
	if s.name == grype {
		return append([]string{"registry:" + t.Reference, "-o", "json", "--quiet"}, platform...)
	}
	list := []string{"image", "--format", "json", "--quiet", "--scanners", "vuln", "--timeout", (s.options.Timeout + time.Minute).String()}
	if s.workers() > 1 {
		list = append(list, "--cache-backend", "memory")
	}
	return append(append(list, platform...), "--", t.Reference)
}

// workers is how many of this program can run at once.
func (s *Scanner) workers() int {
	if v, ok := parseVersion(s.version); s.name == trivy && (!ok || v.less(memoryCache())) {
		return 1
	}
	return s.options.Workers
}

// database asks for the date of the data, in seconds since 1970; 0 where there is none yet.
func (s *Scanner) database(ctx context.Context) int64 {
	arguments := versionArguments(trivy)
	if s.name == grype {
		arguments = []string{"db", "status", "-o", "json"}
	}
	answer, err := s.ask(ctx, arguments...)
	if err != nil {
		return 0
	}
	var told struct {
		Built           time.Time `json:"built"`
		VulnerabilityDB struct{ UpdatedAt time.Time }
	}
	if json.Unmarshal(answer, &told) != nil {
		return 0
	}
	if s.name == grype {
		return max(told.Built.Unix(), 0)
	}
	return max(told.VulnerabilityDB.UpdatedAt.Unix(), 0)
}
