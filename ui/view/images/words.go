package images

import (
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/analysis/image"
	"canopy/analysis/image/signature"
	"canopy/ui/view"
)

// verdicts are all verdicts, the worst first.
func verdicts() []image.Verdict {
	return []image.Verdict{image.NoEvidence, image.Failed, image.OtherDigest, image.Stale, image.Scanned}
}

// rank is the place of a verdict, the worst first.
func rank(v image.Verdict) int { return slices.Index(verdicts(), v) }

// word names a verdict, with a sign that every terminal can draw: colour never says it alone.
func word(v image.Verdict) string {
	switch v {
	case image.Scanned:
		return "+ scanned"
	case image.Stale:
		return "~ stale"
	case image.OtherDigest:
		return "! other digest"
	case image.Failed:
		return "x failed"
	}
	return "? no evidence"
}

// style is that of a verdict.
func style(s *view.Shared, v image.Verdict) lipgloss.Style {
	switch v {
	case image.Scanned:
		return s.Theme.Good
	case image.Stale:
		return s.Theme.Notice
	case image.OtherDigest, image.Failed:
		return s.Theme.Warn
	}
	return s.Theme.Alarm
}

// signed names the verdict of a signature in a column.
func signed(a *signature.Answer) string {
	switch {
	case a.Refuted:
		return "x refuted"
	case a.Verdict == signature.Verified:
		return "+ verified"
	case a.Verdict == signature.Unproven:
		return "~ unproven"
	case a.Verdict == signature.NotRequired:
		return "- not required"
	}
	return "? unknown"
}

// signedStyle is that of a signature.
func signedStyle(s *view.Shared, a *signature.Answer) lipgloss.Style {
	switch {
	case a.Refuted:
		return s.Theme.Alarm
	case a.Verdict == signature.Verified:
		return s.Theme.Good
	case a.Verdict == signature.NotRequired:
		return s.Theme.Faint
	}
	return s.Theme.Warn
}

// signedRank puts the worst first.
func signedRank(a *signature.Answer) int {
	if a.Refuted {
		return 0
	}
	return 1 + slices.Index([]signature.Verdict{signature.Unknown, signature.Unproven, signature.NotRequired, signature.Verified}, a.Verdict)
}

// brief names an image as people do: without what every reference to Docker Hub has in common.
func brief(name string) string {
	if rest, ok := strings.CutPrefix(name, "docker.io/library/"); ok {
		return rest
	}
	return strings.TrimPrefix(name, "docker.io/")
}

// listedAs names an image in a column: what tells it apart stands at the end, so a long name of a registry is cut.
func listedAs(name string) string {
	const most = 10
	name = brief(name)
	host, rest, ok := strings.Cut(name, "/")
	if !ok || len(host) <= most || !strings.ContainsAny(host, ".:") {
		return name
	}
	return strings.ToValidUTF8(host[:most-2], "") + "~/" + rest
}

// short is the beginning of a digest, as far as tools show it.
func short(digest string) string {
	_, hex, ok := strings.Cut(digest, ":")
	if !ok {
		hex = digest
	}
	return hex[:min(len(hex), 12)]
}

// idOf tells images apart: by digest, or by name where none is known.
func idOf(i *image.Image) string {
	if i.Digest != "" {
		return i.Digest
	}
	return i.Name
}
