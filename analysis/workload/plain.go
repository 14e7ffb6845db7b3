package workload

import (
	"strings"

	"canopy/analysis/image/reference"
)

// plain reads a reference that is written as most are, with a registry and nothing rare: registry.example/team/app:1.4@sha256:….
// It gives false for any other, which reference.Parse reads, at forty times the cost: every template is judged once for each way in
// which admission has changed it, and most of the time would go there.
func plain(text string) (reference.Reference, bool) {
	none := reference.Reference{}
	rest, sum, digested := strings.Cut(text, "@")
	digest := ""
	if digested {
		hex, ok := strings.CutPrefix(sum, "sha256:")
		if !ok || len(hex) != 64 || strings.Trim(hex, "0123456789abcdef") != "" {
			return none, false
		}
		digest = sum
	}
	host, path, ok := strings.Cut(rest, "/")
	if !ok || len(rest) > 200 || !strings.Contains(host, ".") || !words(host, ".-") || host == "index.docker.io" {
		return none, false
	}
	path, tag, tagged := strings.Cut(path, ":")
	if tagged && (tag == "" || len(tag) > 128 || !words(tag, "._-")) {
		return none, false
	}
	if host == "docker.io" && !strings.Contains(path, "/") {
		return none, false
	}
	for part := range strings.SplitSeq(path, "/") {
		if !words(part, "._-") {
			return none, false
		}
	}
	return reference.Reference{Registry: host, Repository: path, Tag: tag, Digest: digest}, true
}

// words tells that a text is of small letters and digits with single separators between them.
func words(s, separators string) bool {
	between := false
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			between = true
		case between && strings.IndexByte(separators, c) >= 0:
			between = false
		default:
			return false
		}
	}
	return between
}
