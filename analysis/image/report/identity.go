package report

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"canopy/analysis/image/reference"
	"canopy/model/record"
)

// ScanName is the name of the record of a scan: the same for the same image by the same scanner, whatever it found and whichever file
// it stands in, so that a newer one takes the place of an older one.
func ScanName(s *record.Scan) string {
	parts := []string{s.Source, s.Scanner, s.Image}
	if s.Filtered {
		// One that leaves things out does not take the place of one that is whole, however new it is.
		parts = append(parts, "part")
	}
	var digests []string
	for _, d := range s.Digests {
		digests = append(digests, d.Digest)
	}
	slices.Sort(digests)
	return s.Source + "-" + hash(append(parts, digests...)...)
}

// hash is short, and different for different lists of texts.
func hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// addDigest notes a digest that a report names, where it is one: bare, or at the end of a reference. A later and more exact word on what
// it is of replaces a vaguer one.
func addDigest(s *record.Scan, text string, of record.DigestOf) bool {
	if i := strings.LastIndexByte(text, '@'); i >= 0 {
		text = text[i+1:]
	}
	if !reference.Digest(text) {
		return false
	}
	for i := range s.Digests {
		if d := &s.Digests[i]; d.Digest == text {
			if d.Of == record.OfUnknown {
				d.Of = of
			}
			return true
		}
	}
	s.Digests = append(s.Digests, record.ScanDigest{Digest: text, Of: of})
	return true
}

// unix reads a time as the formats write it; 0 where there is none, or one before 1970.
func unix(text string) int64 {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return 0
	}
	return max(t.Unix(), 0)
}

// platform is what an image is for, as scanners are asked for it; "" where a report does not tell. Configurations of old builders name no
// system.
func platform(system, architecture string) string {
	system = first(system, "linux")
	if architecture == "" || len(system)+len(architecture) > 64 {
		return ""
	}
	return strings.ToLower(system + "/" + architecture)
}

// leave notes that a report leaves out what nobody has judged: its counts look like those of an image that is better than it is.
func leave(s *record.Scan, text string) {
	note(s, text)
	s.Filtered = true
}

// note adds to what could not be read of a report.
func note(s *record.Scan, text string) {
	if s.Partial != "" {
		s.Partial += "; "
	}
	s.Partial += text
}

// first gives the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// firstLine is the first line of a text, cut where it is long.
func firstLine(text string) string {
	text = strings.TrimSpace(text)
	line, _, _ := strings.Cut(text, "\n")
	if runes := []rune(line); len(runes) > 200 {
		return string(runes[:199]) + "…"
	}
	return line
}
