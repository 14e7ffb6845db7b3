package scanner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// The scanners, as reports name them.
const (
	trivy = "Trivy"
	grype = "Grype"
)

var errReference = errors.New("no reference that a scanner is given: want REGISTRY/REPOSITORY[:TAG][@DIGEST]")

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

func versionArguments(name string) []string {
	if name == trivy {
		return []string{"version", "--format", "json"}
	}
	return []string{"version", "-o", "json"}
}

// memoryCache is the first Trivy that can keep what it unpacks in memory. In its cache on disk one process locks out all others.
func memoryCache() version { return version{0, 54, 0} }

// arguments of a scan. Trivy has a timeout of its own, which must not be the shorter one.
func (s *Scanner) arguments(ref string) []string {
	if s.name == grype {
		return []string{"registry:" + ref, "-o", "json", "--quiet"}
	}
	list := []string{"image", "--format", "json", "--quiet", "--scanners", "vuln", "--timeout", (s.options.Timeout + time.Minute).String()}
	if s.workers() > 1 {
		list = append(list, "--cache-backend", "memory")
	}
	return append(list, "--", ref)
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
