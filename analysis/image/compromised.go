package image

import (
	"strings"

	"canopy/analysis/image/reference"
)

// compromised says of a reference that the release that it names is malware; "" where nothing is known. The releases 0.69.4 to 0.69.6
// of trivy were published by an attacker: CVE-2026-33634, GHSA-69fq-xp46-6x23. They are told by their tags, copies in other registries
// too, since a copy is as bad.
func compromised(name string) string {
	if !strings.Contains(name, "trivy") {
		return ""
	}
	r, err := reference.Parse(name)
	if err != nil {
		return ""
	}
	repository := r.Repository
	if repository != "trivy" && !strings.HasSuffix(repository, "/trivy") {
		return ""
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(r.Tag, "v"), "-")
	switch version {
	case "0.69.4", "0.69.5", "0.69.6":
		return "the image is a compromised release of trivy: " + version + " was published by an attacker (CVE-2026-33634)"
	}
	return ""
}
